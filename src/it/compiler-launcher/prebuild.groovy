// Not in target, which is cleaned again and again.
['cache', 'cache-of-launcher', 'ccache', 'bin'].each { new File(basedir, it).deleteDir() }

// Compiles, and then says that it was another compiler.
def bin = new File(basedir, 'bin')
bin.mkdirs()
def other = new File(bin, 'other-compiler')
other.text = '''#!/bin/sh
set -eu
if [ "$1" = --version ]; then
    echo 'other-compiler 1'
    exit
fi
"$@"
while [ $# -gt 1 ]; do
    if [ "$1" = -o ] && [ "${2%.o}" != "$2" ]; then
        printf 'GCC: (Other) 99.1\\0' > "$2.comment"
        objcopy --update-section ".comment=$2.comment" "$2"
        rm "$2.comment"
    fi
    shift
done
'''
assert other.setExecutable(true)
return true
