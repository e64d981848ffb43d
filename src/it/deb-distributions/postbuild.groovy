// From the packages of a distribution of Debian's family, read without installing, the module is the one that the kernel's
// pieces make.

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

// Ubuntu's own kernel, signed; and one of a later series for an older release, of which only the unsigned image is there.
def kernels = [
    signed: [source: 'linux', release: '6.1.0-45-generic', version: '6.1.0-45.45'],
    unsigned: [source: 'linux-hwe-6.1', release: '6.1.0-46-generic', version: '6.1.0-46.47~22.04.1']]
kernels.each { name, kernel ->
    try {
        def toy = new File(work, "toy-$name")
        def archive = new File(work, "archive-$name")
        new File(work, "cache-$name").deleteDir()
        run(['sh', new File(scripts, 'make-toy-kernel.sh').path, toy.path, scripts.path, kernel.release])
        run(['sh', new File(basedir, 'make-archive.sh').path, kernel.source, name, kernel.release, kernel.version, toy.path, archive.path])
        def named = ['-Dkpatch.distribution=ubuntu', "-Dkpatch.aptConfig=$archive/apt.conf".toString()]

        def pieces = build("$name-pieces", "-Dkpatch.release=$kernel.release".toString(), "-Dkpatch.source=$toy/linux-toy.tar.xz".toString(),
            "-Dkpatch.config=$toy/config".toString(), "-Dkpatch.vmlinux=$toy/vmlinux".toString(),
            "-Dkpatch.symvers=$toy/Module.symvers".toString(), "-Dkpatch.modulesDirectory=$toy/modules".toString())
        assert pieces.well : pieces.said
        // The toy's boot image tells nothing, so the debug package is brought.
        def packaged = build(name, "-Dkpatch.release=$kernel.release".toString(), *named)
        assert packaged.well && packaged.said.contains(kernel.release) : packaged.said
        assert packaged.module.bytes == pieces.module.bytes
        // All of it is in the cache now.
        new File(archive, 'archive').deleteDir()
        def again = build(name, '--offline', "-Dkpatch.release=$kernel.release".toString(), *named)
        assert again.well : again.said
        assert again.module.bytes == pieces.module.bytes
        def other = build("$name-other", '--offline', "-Dkpatch.release=$kernel.release".toString(), *named)
        assert !other.well && other.said.contains('KP215') && !other.said.contains('\tat ') : other.said
    } catch (AssertionError | Exception e) {
        failures << "$name: ${e.message?.readLines()?.takeRight(40)?.join('\n')}"
    }
}

// A table of the user's: faulty, and one that calls Ubuntu's kernels by another name.
def table = new File(work, 'table.json')
table.text = '{"distributions": [{"name": "toys", "ids": ["toys"], "names": "nowhere"}]}'
def faulty = build('faulty', '-Dkpatch.distribution=toys', "-Dkpatch.distributionTable=$table".toString())
if (faulty.well || !faulty.said.contains('KP263') || !faulty.said.contains("names 'nowhere'")) {
    failures << faulty.said
}
table.text = '{"distributions": [{"name": "toys", "ids": ["toys"], "names": "ubuntu"}]}'
def named = build('named', '--offline', '-Dkpatch.distribution=toys', "-Dkpatch.distributionTable=$table".toString(), '-Dkpatch.release=6.1.0-45-generic')
if (named.well || !named.said.contains('KP215')) {
    failures << named.said
}

failures.each { println "NOT SEEN: $it" }
assert failures.empty : failures.join('\n')
return true
