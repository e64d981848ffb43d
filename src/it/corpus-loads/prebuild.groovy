import io.github.kpatch.host.Archives
import io.github.kpatch.host.Progress
import java.nio.charset.StandardCharsets
import java.nio.file.Files
import java.nio.file.Path

/** The patch that takes out what this one puts in, of one file. */
def reversed(List<String> lines) {
    assert lines[0].startsWith('--- a/') && lines[1].startsWith('+++ b/')
    def name = lines[0].substring('--- a/'.length())
    return ["--- a/$name", "+++ b/$name"] + lines.drop(2).collect { line ->
        def hunk = line =~ /^@@ -(\S+) \+(\S+) @@(.*)$/
        hunk.matches() ? "@@ -${hunk.group(2)} +${hunk.group(1)} @@${hunk.group(3)}"
                : line.startsWith('-') ? '+' + line.substring(1)
                : line.startsWith('+') ? '-' + line.substring(1)
                : line
    }
}

// The distribution's kernel has had these fixes since 6.1.192, so each patch takes one out.
def wanted = corpusLoads == 'all' ? null : corpusLoads.split(',') as Set
def corpus = Path.of(repository, 'kpatch-maven-plugin/src/test/resources/corpus/corpus.tar.zst')
def pairs = new TreeMap()
new Archives(Progress.NONE).read('Reading the corpus', corpus, Optional.empty()) { entry, content ->
    def place = Path.of(entry.name())
    if (place.fileName.toString() == 'source.patch') {
        pairs[place.parent.fileName.toString()] = content.readAllBytes()
    }
}
if (wanted != null) {
    assert pairs.keySet().containsAll(wanted)
    pairs.keySet().retainAll(wanted)
}
pairs.each { pair, patch ->
    def project = basedir.toPath().resolve(pair)
    def patches = Files.createDirectories(project.resolve('src/main/kpatch/patches'))
    def lines = new String(patch, StandardCharsets.ISO_8859_1).readLines()
    Files.writeString(patches.resolve('reversed.patch'), reversed(lines).join('\n') + '\n', StandardCharsets.ISO_8859_1)
    Files.writeString(project.resolve('pom.xml'), """\
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <parent>
            <groupId>io.github.kpatch.it</groupId>
            <artifactId>corpus-loads</artifactId>
            <version>1.0</version>
          </parent>
          <artifactId>$pair</artifactId>
          <packaging>kpatch</packaging>
        </project>
        """.stripIndent())
}
def pom = new File(basedir, 'pom.xml')
pom.text = pom.text.replace('<!-- pairs -->', pairs.keySet().collect { "<module>$it</module>" }.join('\n    '))
return true
