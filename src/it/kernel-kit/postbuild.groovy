import io.github.kpatch.it.MavenRun
import java.nio.file.Files

// By a kit alone the module is the one that the kernel's own pieces make; and a kit that is not right is refused.

def pieces = new File(basedir, 'pieces')
def patch = new File(basedir, 'patch')
def repository = new File(basedir, 'repository/io/github/kpatch/it/toy-kit')
def kit = 'io.github.kpatch.it:toy-kit'
def failures = []

def module(File project) { new File(project, 'target/kpatch-kernel-kit.ko') }

def maven(File folder, String... arguments) {
    return MavenRun.in(folder, localRepositoryPath, arguments)
}

def seen = { String what, Closure check ->
    try {
        check()
    } catch (AssertionError | Exception e) {
        failures << "$what: ${e.message?.readLines()?.takeRight(25)?.join('\n')}"
    }
}

def refuses(Map build, String... texts) {
    MavenRun.refuses(build, texts)
}

/** Goal build in a folder with nothing but the patch, with a cache of its own. */
def build = { String name, String... arguments ->
    def folder = new File(basedir, "target/$name")
    folder.deleteDir()
    folder.mkdirs()
    new File(folder, 'fix.patch').bytes = new File(patch, 'src/main/kpatch/patches/numbers.patch').bytes
    def built = maven(folder, 'io.github.kpatch:kpatch-maven-plugin:1.0.0-SNAPSHOT:build', '-Dkpatch.patches=fix.patch',
        "-Dkpatch.cache=$basedir/target/cache-of-$name".toString(), *arguments)
    return built + [module: new File(folder, 'kpatch-fix.ko')]
}

/** The kit under another version, which is another kit then. */
def version = { String version, Closure change ->
    def from = new File(localRepositoryPath, 'io/github/kpatch/it/toy-kit/1.0')
    def to = new File(localRepositoryPath, "io/github/kpatch/it/toy-kit/$version")
    to.deleteDir()
    to.mkdirs()
    from.eachFile { if (it.name.startsWith('toy-kit')) new File(to, it.name.replace('-1.0', "-$version")).bytes = it.bytes }
    change({ end -> new File(to, "toy-kit-$version$end") })
    return "-Dkpatch.kit=$kit:$version".toString()
}

seen('a kit is an artifact like any other, with what lies beside it') {
    def files = new File(repository, '1.0').list().findAll { !(it ==~ /.*\.(md5|sha1|sha256|sha512)/) }.sort()
    assert files.containsAll(['toy-kit-1.0.kernel-kit', 'toy-kit-1.0-source.tar.xz', 'toy-kit-1.0-modules.tar.zst'])
    assert new File(repository, '1.0/toy-kit-1.0-source.tar.xz').bytes ==
        new File(basedir, '../setup-toy-kernel/target/toy/linux-toy.tar.xz').bytes
}
seen('the module is that of the pieces, by each Maven') {
    assert module(patch).bytes == module(pieces).bytes
    ['kernel.config', 'kernel.lock'].each {
        assert new File(patch, "src/main/kpatch/$it").bytes == new File(pieces, "src/main/kpatch/$it").bytes
    }
}
seen('and it is once more offline, in a new cache, when no repository is there any more') {
    def gone = new File(basedir, 'repository-gone')
    gone.deleteDir()
    assert new File(basedir, 'repository').renameTo(gone)
    new File(patch, 'target').deleteDir()
    def built = maven(patch, 'package')
    assert built.well : built.said
    assert module(patch).bytes == module(pieces).bytes
    assert gone.renameTo(new File(basedir, 'repository'))
}
seen('the kit is made again byte for byte, elsewhere') {
    def made = maven(new File(basedir, 'kit'), 'package', "-Dkpatch.cache=$basedir/target/another-cache".toString(), '-Dkpatch.jobs=1')
    assert made.well : made.said
    assert new File(basedir, 'kit/target/toy-kit-1.0.kernel-kit').bytes == new File(repository, '1.0/toy-kit-1.0.kernel-kit').bytes
    assert made.said.contains('with FILE symbols')
}
seen('it does without a project') {
    def built = build('alone', "-Dkpatch.kit=$kit:1.0".toString())
    assert built.well && built.module.isFile() : built.said
}
seen('a kit is made and installed without a project') {
    def folder = new File(basedir, 'target/made-alone')
    folder.deleteDir()
    folder.mkdirs()
    def make = ['io.github.kpatch:kpatch-maven-plugin:1.0.0-SNAPSHOT:kernel-kit', "-Dkpatch.kit=$kit:1.0".toString(),
        "-Dkpatch.cache=$basedir/target/cache-of-alone".toString(), '-Dkpatch.kitAttachments=source']
    def made = maven(folder, *make, "-Dkpatch.installAs=$kit:5.0".toString())
    assert made.well && folder.list().toList() == ['kernel.kernel-kit'] : made.said
    def built = build('installed', "-Dkpatch.kit=$kit:5.0".toString())
    assert built.well : built.said
    refuses(maven(folder, *make, '-Dkpatch.installAs=x'), 'KP106', 'kpatch.installAs')
    refuses(maven(folder, *make, '-Dkpatch.kitAttachments=everything'), 'KP106', 'kpatch.kitAttachments')
}
seen('another release is refused') {
    refuses(build('release', "-Dkpatch.kit=$kit:1.0".toString(), '-Dkpatch.release=6.1.98-toy'), 'KP242', '6.1.99-toy', '6.1.98-toy')
    refuses(maven(patch, 'package', '-Dkpatch.release=6.1.98-toy'), 'KP211', '6.1.99-toy', '6.1.98-toy')
}
seen('a kit that nobody has is refused, and what is no name of one') {
    refuses(build('missing', "-Dkpatch.kit=$kit:9".toString()), 'KP240', 'toy-kit', '<kit>')
    refuses(build('name', '-Dkpatch.kit=toy-kit'), 'KP106', 'groupId:artifactId:version')
}
seen('a kit that is cut short is refused') {
    def cut = version('2.0') { file -> file('.kernel-kit').bytes = file('.kernel-kit').bytes[0..999] as byte[] }
    refuses(build('cut', cut), 'KP241', 'cut short', 'local repository')
}
seen('other source beside it is refused') {
    def other = version('3.0') { file -> file('-source.tar.xz').bytes = file('-source.tar.xz').bytes[0..-2] as byte[] }
    refuses(build('source', other), 'KP241', 'source', 'cut short')
}
seen('source that is not beside it is refused') {
    def none = version('4.0') { file -> assert file('-source.tar.xz').delete() }
    refuses(build('none', none), 'KP240', 'source')
}
seen('a kit and a piece that it holds are refused together') {
    refuses(build('both', "-Dkpatch.kit=$kit:1.0".toString(), '-Dkpatch.vmlinux=vmlinux'), 'KP106', 'kpatch.vmlinux')
}

failures.each { println "NOT SEEN: $it" }
assert failures.empty : failures.join('\n')
return true
