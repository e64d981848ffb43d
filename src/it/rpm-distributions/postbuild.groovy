// From the packages of a distribution, read without installing, the module is the one that the kernel's pieces make.

def work = new File(basedir, 'target')
def scripts = new File(basedir, '../setup-toy-kernel')
def failures = []

def run(List<String> line) {
    def process = new ProcessBuilder(line).redirectErrorStream(true).start()
    def said = process.inputStream.getText('UTF-8')
    assert process.waitFor() == 0 : said
}

/** Goal build in a folder with nothing but the patch, with a cache of its own. */
def build = { String name, String... arguments ->
    def folder = new File(work, "built-$name")
    folder.deleteDir()
    folder.mkdirs()
    new File(folder, 'fix.patch').bytes = new File(basedir, 'fix.patch').bytes
    def line = ['mvn', '--batch-mode', '--legacy-local-repository', "-Dmaven.repo.local=$localRepositoryPath".toString(),
        'io.github.kpatch:kpatch-maven-plugin:1.0.0-SNAPSHOT:build', '-Dkpatch.patches=fix.patch',
        "-Dkpatch.cache=$work/cache-$name".toString()] + arguments.toList()
    def process = new ProcessBuilder(line).directory(folder).redirectErrorStream(true).start()
    def said = process.inputStream.getText('UTF-8').replaceAll(/\u001B\[[0-9;]*m/, '')
    return [well: process.waitFor() == 0, said: said, module: new File(folder, 'kpatch-fix.ko')]
}

def families = [rhel: '6.1.99-1.el9.x86_64', suse: '6.1.99-150600.7-default']
families.each { family, release ->
    try {
        def toy = new File(work, "toy-$family")
        def packages = new File(work, "packages-$family")
        new File(work, "cache-$family").deleteDir()
        run(['sh', new File(scripts, 'make-toy-kernel.sh').path, toy.path, scripts.path, release])
        run(['sh', new File(basedir, 'make-packages.sh').path, family, release, toy.path, packages.path])
        def named = ["-Dkpatch.distribution=$family".toString(), "-Dkpatch.dnfConfig=$packages/dnf.conf".toString()]

        def pieces = build("$family-pieces", "-Dkpatch.release=$release".toString(), "-Dkpatch.source=$toy/linux-toy.tar.xz".toString(),
            "-Dkpatch.config=$toy/config".toString(), "-Dkpatch.vmlinux=$toy/vmlinux".toString(),
            "-Dkpatch.symvers=$toy/Module.symvers".toString(), "-Dkpatch.modulesDirectory=$toy/modules".toString())
        assert pieces.well : pieces.said
        // The release is dnf's newest; the toy's boot image tells nothing, so the debug package is brought.
        def packaged = build(family, *named)
        assert packaged.well && packaged.said.contains(release) : packaged.said
        assert packaged.module.bytes == pieces.module.bytes
        // All of it is in the cache now.
        new File(packages, 'repository').deleteDir()
        def again = build(family, '--offline', *named)
        assert again.well : again.said
        assert again.module.bytes == pieces.module.bytes
        def other = build("$family-other", '--offline', *named)
        assert !other.well && other.said.contains('KP215') && !other.said.contains('\tat ') : other.said
    } catch (AssertionError | Exception e) {
        failures << "$family: ${e.message?.readLines()?.takeRight(40)?.join('\n')}"
    }
}
def unknown = build('unknown', '-Dkpatch.distribution=plan9')
if (unknown.well || !unknown.said.contains('KP261') || !unknown.said.contains('suse')) {
    failures << unknown.said
}

failures.each { println "NOT SEEN: $it" }
assert failures.empty : failures.join('\n')
return true
