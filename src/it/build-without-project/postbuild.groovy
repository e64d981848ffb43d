// A module from patches, in folders that hold nothing else.

def patch = new File(basedir, 'patches/numbers.patch')

def folder(String name) {
    def folder = new File(basedir, "target/$name")
    folder.deleteDir()
    folder.mkdirs()
    return folder
}

def build(File folder, String... arguments) {
    def toy = new File(basedir.parentFile, 'setup-toy-kernel/target/toy')
    def line = ['mvn', '--batch-mode', '--offline', '--legacy-local-repository', "-Dmaven.repo.local=$localRepositoryPath".toString(),
        'io.github.kpatch:kpatch-maven-plugin:1.0.0-SNAPSHOT:build', "-Dkpatch.cache=$basedir/target/cache".toString(),
        "-Dkpatch.source=$toy/linux-toy".toString(), "-Dkpatch.config=$toy/config".toString(), "-Dkpatch.vmlinux=$toy/vmlinux".toString(),
        "-Dkpatch.symvers=$toy/Module.symvers".toString(), '-Dkpatch.release=6.1.99-toy'] + arguments.toList()
    def process = new ProcessBuilder(line).directory(folder).redirectErrorStream(true).start()
    def said = process.inputStream.getText('UTF-8').replaceAll(/\u001B\[[0-9;]*m/, '')
    return [well: process.waitFor() == 0, said: said]
}

def workspaces() { (new File(basedir, 'target/cache/builds').list() as List).size() }

// One patch: the module in the folder, the story on the console, nothing else anywhere.
def one = folder('one')
new File(one, 'fix.patch').bytes = patch.bytes
def built = build(one, '-Dkpatch.patches=fix.patch')
assert built.well : built.said
['Toolchain: ', 'Kernel 6.1.99-toy, prepared', 'Checked 1 patch', 'kernel/numbers.o: changed function: number_of_toys', 'Linked '].each {
    assert built.said.contains(it) : built.said
}
assert one.list().sort().toList() == ['fix.patch', 'kpatch-fix.ko']
assert workspaces() == 0

// The same patch among several, under a name of the user's own, into a folder of the user's own, the workspace kept.
def several = folder('several')
new File(several, 'one').mkdir()
new File(several, 'one/fix.patch').bytes = patch.bytes
new File(several, 'more.txt').text = patch.text.replace('return 8', 'return 9').replace('return 7', 'return 8')
built = build(several, '-Dkpatch.patches=one/fix.patch,more.txt', '-Dkpatch.moduleName=mine', '-Dkpatch.outputDirectory=out',
    '-Dkpatch.workDirectory=work', '-Dkpatch.moduleVersion=3', '-Dkpatch.explain')
assert built.well : built.said
assert built.said.contains('why each element is in the patch')
assert new File(several, 'out').list().toList() == ['mine.ko']
def module = new String(new File(several, 'out/mine.ko').bytes, 'ISO-8859-1')
assert module.contains('version=3') && module.contains('=fix.patch ') && module.contains('=more.txt ')
assert new File(several, 'work/6-diff/kernel/numbers.o').isFile()
assert workspaces() == 0

// A folder gives the module its name.
def all = folder('all')
new File(all, 'my fixes').mkdir()
new File(all, 'my fixes/numbers.patch').bytes = patch.bytes
built = build(all, '-Dkpatch.patches=my fixes')
assert built.well : built.said
assert new File(all, 'kpatch-my-fixes.ko').isFile()

// A failure leaves no module and no part of one, and the logs that it names.
def broken = folder('broken')
new File(broken, 'fix.patch').text = patch.text.replace('return 8;', 'return eight;')
built = build(broken, '-Dkpatch.patches=fix.patch')
assert !built.well && built.said.contains('KP402') : built.said
assert broken.list().toList() == ['fix.patch']
def log = built.said.find(/\S+\/logs\/build-objects\.log/)
assert log.startsWith(new File(basedir, 'target/cache/builds').path) && new File(log).text.contains('eight')
new File(broken, 'fix.patch').bytes = patch.bytes
built = build(broken, '-Dkpatch.patches=fix.patch')
assert built.well && !new File(log).exists() : built.said

// What is wrong with the command line itself.
def empty = folder('empty')
[[], ['-Dkpatch.patches=nowhere.patch'], ["-Dkpatch.patches=$patch,".toString()], ["-Dkpatch.patches=$patch,$patch".toString()]].each {
    built = build(empty, it as String[])
    assert !built.well && built.said.contains('KP106 kpatch.patches') && !built.said.contains('\tat ') : built.said
}
assert empty.list().length == 0
return true
