// Whatever form the source comes in, the module is the same: an archive, an artifact, a checkout of git, a source package of Debian.

def work = new File(basedir, 'target')
def toy = new File(basedir, '../setup-toy-kernel/target/toy').canonicalFile
def failures = []

def command(File folder, String... line) {
    def process = new ProcessBuilder(line.toList()).directory(folder).redirectErrorStream(true).start()
    def said = process.inputStream.getText('UTF-8')
    assert process.waitFor() == 0 : said
    return said
}

/** Goal build in a folder with nothing but the patch. */
def build = { String name, String source, String... arguments ->
    def folder = new File(work, "built-$name")
    folder.deleteDir()
    folder.mkdirs()
    new File(folder, 'fix.patch').bytes = new File(basedir, 'fix.patch').bytes
    def line = ['mvn', '--batch-mode', '--legacy-local-repository', "-Dmaven.repo.local=$localRepositoryPath".toString(),
        'io.github.kpatch:kpatch-maven-plugin:1.0.0-SNAPSHOT:build', '-Dkpatch.patches=fix.patch', "-Dkpatch.source=$source".toString(),
        "-Dkpatch.cache=$work/cache".toString(), '-Dkpatch.release=6.1.99-toy', "-Dkpatch.config=$toy/config".toString(),
        "-Dkpatch.vmlinux=$toy/vmlinux".toString(), "-Dkpatch.symvers=$toy/Module.symvers".toString(),
        "-Dkpatch.modulesDirectory=$toy/modules".toString()] + arguments.toList()
    def process = new ProcessBuilder(line).directory(folder).redirectErrorStream(true).start()
    def said = process.inputStream.getText('UTF-8').replaceAll(/\u001B\[[0-9;]*m/, '')
    return [well: process.waitFor() == 0, said: said, module: new File(folder, 'kpatch-fix.ko')]
}

work.deleteDir()
work.mkdirs()
def archive = build('archive', "$toy/linux-toy.tar.xz")
assert archive.well : archive.said
def same = { String name, def built ->
    if (!built.well || built.module.bytes != archive.module.bytes) {
        failures << "$name: ${built.said.readLines().takeRight(40).join('\n')}"
    }
}
def refused = { String name, String code, String what, def built ->
    if (built.well || !built.said.contains(code) || !built.said.contains(what) || built.said.contains('\tat ')) {
        failures << "$name: ${built.said.readLines().takeRight(40).join('\n')}"
    }
}

// An artifact, pinned by its digest.
def sha256 = new File(toy, 'toy.properties').text.readLines().find { it.startsWith('toy.sha256=') } - 'toy.sha256='
def place = new File(localRepositoryPath, 'io/github/kpatch/it/toy-linux/6.1.99')
place.mkdirs()
new File(place, 'toy-linux-6.1.99.tar.xz').bytes = new File(toy, 'linux-toy.tar.xz').bytes
same('artifact', build('artifact', 'io.github.kpatch.it:toy-linux:tar.xz:6.1.99', "-Dkpatch.sha256=$sha256", '--offline'))
refused('other digest', 'KP206', 'toy-linux-6.1.99.tar.xz', build('digest', 'io.github.kpatch.it:toy-linux:tar.xz:6.1.99', "-Dkpatch.sha256=${'0' * 64}", '--offline'))
refused('no artifact', 'KP245', 'io.github.kpatch.it:no-linux:tar.xz:6.1.99', build('none', 'io.github.kpatch.it:no-linux:tar.xz:6.1.99', '--offline'))

// A checkout, with a change that was not committed and is taken back.
def checkout = new File(work, 'checkout')
command(work, 'cp', '-R', "$toy/linux-toy".toString(), checkout.path)
['init -q', 'add .', '-c user.name=Toy -c user.email=toy@example.org commit -qm all'].each { command(checkout, *(['git'] + it.split(' ').toList())) }
same('git', build('git', checkout.path))
assert command(checkout, 'git', 'status', '--short').empty

// A source package of Debian's.
def packaged = new File(work, 'packaged/linux-6.1.99')
packaged.parentFile.mkdirs()
command(work, 'cp', '-R', "$toy/linux-toy".toString(), packaged.path)
command(packaged.parentFile, 'tar', '-cJf', 'linux_6.1.99.orig.tar.xz', 'linux-6.1.99')
def write = { String name, String text ->
    def file = new File(packaged, "debian/$name")
    file.parentFile.mkdirs()
    file.text = text
}
write('control', 'Source: linux\nMaintainer: Toy Makers <toy@example.org>\n\nPackage: linux-toy\nArchitecture: any\nDescription: a toy\n')
write('changelog', 'linux (6.1.99-1) unstable; urgency=medium\n\n  * A toy.\n\n -- Toy Makers <toy@example.org>  Fri, 02 Jan 2026 00:00:00 +0000\n')
write('rules', '#!/usr/bin/make -f\n')
write('source/format', '3.0 (quilt)\n')
command(packaged.parentFile, 'dpkg-source', '-b', 'linux-6.1.99')
same('dsc', build('dsc', "$packaged.parent/linux_6.1.99-1.dsc"))
new File(packaged.parentFile, 'linux_6.1.99.orig.tar.xz').bytes = new File(toy, 'linux-toy-cut-short.tar.xz').bytes
refused('dsc cut short', 'KP206', 'linux_6.1.99.orig.tar.xz', build('dsc-short', "$packaged.parent/linux_6.1.99-1.dsc"))

failures.each { println "NOT SEEN: $it" }
assert failures.empty : failures.join('\n')
return true
