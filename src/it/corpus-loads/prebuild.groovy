import groovy.json.JsonSlurper
import io.github.kpatch.host.Archives
import io.github.kpatch.host.Progress
import java.nio.charset.StandardCharsets
import java.nio.file.Files
import java.nio.file.Path

/** The patch that takes out what this one puts in, of one file. */
def reversed(List<String> lines) {
    def name = lines[0].substring('--- a/'.length())
    return ["--- a/$name", "+++ b/$name"] + lines.drop(2).collect { line ->
        def hunk = line =~ /^@@ -(\S+) \+(\S+) @@(.*)$/
        hunk.matches() ? "@@ -${hunk.group(2)} +${hunk.group(1)} @@${hunk.group(3)}"
                : line.startsWith('-') ? '+' + line.substring(1)
                : line.startsWith('+') ? '-' + line.substring(1)
                : line
    }
}

def fits(Path patch, Path tree, int fuzz) {
    def command = ['patch', '--dry-run', '--force', '--silent', '-p1', "--fuzz=$fuzz", '-d', tree, '-i', patch]
    def process = command*.toString().execute()
    process.waitForProcessOutput(new StringBuilder(), new StringBuilder())
    return process.exitValue() == 0
}

// The prepared source of the kernel, as the canonical test took it.
def release = new File(basedir, '../setup-debian-kernel/kernel.properties').text.trim().replaceFirst('.*=', '')
def unpacked = new File(basedir, '../vmlinux-function/target/kpatch/2-unpack.json')
assert unpacked.file : 'Let vmlinux-function run with this test: the source of the kernel is taken from it.'
def tree = Path.of(new JsonSlurper().parse(unpacked).result.tree)

def corpus = Path.of(repository, 'kpatch-maven-plugin/src/test/resources/corpus/corpus.tar.zst')
def pairs = new TreeMap()
new Archives(Progress.NONE).read('Reading the corpus', corpus, Optional.empty()) { entry, content ->
    def place = Path.of(entry.name())
    if (place.fileName.toString() == 'source.patch') {
        pairs[place.parent.fileName.toString()] = new String(content.readAllBytes(), StandardCharsets.ISO_8859_1)
    }
}
// All, one portion of several (2/5), or those that are named.
def portion = corpusLoads =~ /(\d+)\/(\d+)/
if (portion.matches()) {
    def (number, count) = [portion.group(1) as int, portion.group(2) as int]
    assert 1 <= number && number <= count
    def names = pairs.keySet() as List
    pairs.keySet().retainAll(names.indices.findAll { it % count == number - 1 }.collect { names[it] })
} else if (corpusLoads != 'all') {
    def wanted = corpusLoads.split(',') as Set
    assert pairs.keySet().containsAll(wanted)
    pairs.keySet().retainAll(wanted)
}

// A kernel that has the fix is patched by taking it out, one that has not by putting it in.
def directions = new TreeMap()
def made = Files.createDirectories(basedir.toPath().resolve('fixes'))
pairs.each { pair, patch ->
    def lines = patch.readLines()
    assert lines[0].startsWith('--- a/') && lines[1].startsWith('+++ b/')
    def files = [reversed: reversed(lines), forwards: lines].collectEntries { direction, text ->
        def file = made.resolve("$pair-${direction}.patch")
        Files.writeString(file, text.join('\n') + '\n', StandardCharsets.ISO_8859_1)
        [direction, file]
    }
    def found = [0, 2].collectMany { fuzz -> files.findAll { fits(it.value, tree, fuzz) }.keySet() }
    directions[pair] = found ? found.first() : 'neither'
}
new File(basedir, 'directions.tsv').text = directions.collect { "$it.key\t$it.value\n" }.join()

// Fixes of which the table says that no module comes of them stay by themselves; the others share a boot.
def listed = new File(basedir, 'expected').listFiles().find { release.startsWith(it.name.replaceFirst(/\.tsv$/, '.')) }
assert listed != null : "There is no table of what is expected of $release."
def alone = listed.readLines().drop(1)*.split('\t').findAll { it[1] != 'acts' }*.first() as Set
def size = loadsPerBoot as int
def apply = directions.findAll { it.value != 'neither' }.keySet() as List
def projects = apply.findAll { it in alone }.collectEntries { [it, [it]] }
(apply - projects.keySet()).collate(size).each { projects[size == 1 ? it.first() : "with-${it.first()}"] = it }
projects.each { name, members ->
    def project = basedir.toPath().resolve(name)
    def patches = Files.createDirectories(project.resolve('src/main/kpatch/patches'))
    members.each { Files.copy(made.resolve("$it-${directions[it]}.patch"), patches.resolve("${it}.patch")) }
    Files.writeString(project.resolve('pom.xml'), """\
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <parent>
            <groupId>io.github.kpatch.it</groupId>
            <artifactId>corpus-loads</artifactId>
            <version>1.0</version>
          </parent>
          <artifactId>$name</artifactId>
          <packaging>kpatch</packaging>
        </project>
        """.stripIndent())
}
def pom = new File(basedir, 'pom.xml')
pom.text = pom.text.replace('<!-- pairs -->', projects.keySet().collect { "<module>$it</module>" }.join('\n    '))
return true
