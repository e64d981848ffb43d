import java.nio.charset.StandardCharsets
import java.nio.file.Files
import java.nio.file.Path

def loads = new GroovyClassLoader(getClass().classLoader).parseClass(new File(repository, 'src/it/Loads.groovy'))

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

def tree = loads.tree(basedir)
def pairs = loads.patches(Path.of(repository, 'kpatch-maven-plugin/src/test/resources/corpus/corpus.tar.zst'), 'source.patch')
pairs.keySet().retainAll(loads.wanted(pairs.keySet(), corpusLoads))

// A kernel that has the fix is patched by taking it out, one that has not by putting it in.
def directions = new TreeMap()
def made = Files.createDirectories(basedir.toPath().resolve('fixes'))
pairs.each { pair, patch ->
    def lines = patch['source.patch'].readLines()
    assert lines[0].startsWith('--- a/') && lines[1].startsWith('+++ b/')
    def files = [reversed: reversed(lines), forwards: lines].collectEntries { direction, text ->
        def file = made.resolve("$pair-${direction}.patch")
        Files.writeString(file, text.join('\n') + '\n', StandardCharsets.ISO_8859_1)
        [direction, file]
    }
    def found = [0, 2].collectMany { fuzz -> files.findAll { loads.fits(it.value, tree, fuzz) }.keySet() }
    directions[pair] = found ? found.first() : 'neither'
}
new File(basedir, 'directions.tsv').text = directions.collect { "$it.key\t$it.value\n" }.join()

// Fixes of which the table says that no module comes of them stay by themselves; the others share a boot.
def release = loads.release(basedir)
def listed = new File(basedir, 'expected').listFiles().find { release.startsWith(it.name.replaceFirst(/\.tsv$/, '.')) }
assert listed != null : "There is no table of what is expected of $release."
def alone = listed.readLines().drop(1)*.split('\t').findAll { it[1] != 'acts' }*.first() as Set
def size = loadsPerBoot as int
def apply = directions.findAll { it.value != 'neither' }.keySet() as List
def projects = apply.findAll { it in alone }.collectEntries { [it, [it]] }
(apply - projects.keySet()).collate(size).each { projects[size == 1 ? it.first() : "with-${it.first()}"] = it }
projects.each { name, members ->
    def patches = Files.createDirectories(basedir.toPath().resolve("$name/src/main/kpatch/patches"))
    members.each { Files.copy(made.resolve("$it-${directions[it]}.patch"), patches.resolve("${it}.patch")) }
}
loads.modules(basedir, projects.keySet())
return true
