import java.nio.charset.StandardCharsets
import java.nio.file.Files
import java.nio.file.Path

def loads = new GroovyClassLoader(getClass().classLoader).parseClass(new File(repository, 'src/it/Loads.groovy'))
def tree = loads.tree(basedir)
def sets = loads.patches(Path.of(repository, 'kpatch-maven-plugin/src/test/resources/fixsets/fixsets.tar.zst'), '.patch')

// A kernel that has the changes is patched by taking them out, one that has not by putting them in.
def directions = new TreeMap()
loads.wanted(sets.keySet(), fixsetLoads).each { set ->
    def patches = Files.createDirectories(basedir.toPath().resolve("$set/src/main/kpatch/patches"))
    def direction = ['reverse', 'forward'].find {
        def patch = Files.writeString(patches.resolve("${set}.patch"), sets[set]["${it}.patch"], StandardCharsets.ISO_8859_1)
        loads.fits(patch, tree, 0)
    }
    directions[set] = direction ?: 'neither'
    if (direction == null) {
        new File(basedir, set).deleteDir()
    }
}
new File(basedir, 'directions.tsv').text = directions.collect { "$it.key\t$it.value\n" }.join()
loads.modules(basedir, directions.findAll { it.value != 'neither' }.keySet())
return true
