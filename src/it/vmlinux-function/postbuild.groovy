import java.nio.file.Files

def calls = basedir.toPath().resolve('calls-1')
assert Files.readAllLines(calls).any { it.startsWith('make ') } : 'the first build calls make by way of the shim'
def again = basedir.toPath().resolve('calls-2')
assert !Files.exists(again) : "a build without a change called:\n${Files.readString(again)}"
assert new File(basedir, 'target/kpatch-vmlinux-function.ko').file
return true
