import groovy.json.JsonSlurper
import io.github.kpatch.host.Archives
import io.github.kpatch.host.Progress
import java.nio.charset.StandardCharsets
import java.nio.file.Path

/** What the tests have in common that build, boot and judge many patches: corpus-loads and fixset-loads. */
class Loads {
    /** The release that setup-debian-kernel chose. */
    static String release(File basedir) {
        return new File(basedir, '../setup-debian-kernel/kernel.properties').text.trim().replaceFirst('.*=', '')
    }

    /** The prepared source of that kernel, as the canonical test took it. */
    static Path tree(File basedir) {
        def unpacked = new File(basedir, '../vmlinux-function/target/kpatch/2-unpack.json')
        assert unpacked.file : 'Let vmlinux-function run with this test: the source of the kernel is taken from it.'
        return Path.of(new JsonSlurper().parse(unpacked).result.tree)
    }

    /** The files of an archive, by the folder that each is in and by its name. */
    static SortedMap<String, SortedMap<String, String>> patches(Path archive, String ending) {
        def found = new TreeMap()
        new Archives(Progress.NONE).read('Reading the patches', archive, Optional.empty()) { entry, content ->
            def place = Path.of(entry.name())
            def name = place.fileName.toString()
            if (name.endsWith(ending)) {
                found.computeIfAbsent(place.parent.fileName.toString()) { new TreeMap() }[name] =
                        new String(content.readAllBytes(), StandardCharsets.ISO_8859_1)
            }
        }
        return found
    }

    /** Those that are wanted: all, one portion of several (2/5), or those that are named. */
    static List<String> wanted(Collection<String> names, String wanted) {
        def portion = wanted =~ /(\d+)\/(\d+)/
        if (portion.matches()) {
            def (number, count) = [portion.group(1) as int, portion.group(2) as int]
            assert 1 <= number && number <= count
            def all = names as List
            return all.indices.findAll { it % count == number - 1 }.collect { all[it] }
        }
        def chosen = wanted == 'all' ? names as List : wanted.split(',') as List
        assert names.containsAll(chosen)
        return chosen
    }

    static boolean fits(Path patch, Path tree, int fuzz) {
        def command = ['patch', '--dry-run', '--force', '--silent', '-p1', "--fuzz=$fuzz", '-d', tree, '-i', patch]
        def process = command*.toString().execute()
        process.waitForProcessOutput(new StringBuilder(), new StringBuilder())
        return process.exitValue() == 0
    }

    /** Makes modules of the test's own project. */
    static void modules(File basedir, Collection<String> names) {
        names.each { name ->
            new File(basedir, "$name/pom.xml").text = """\
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <parent>
                    <groupId>io.github.kpatch.it</groupId>
                    <artifactId>$basedir.name</artifactId>
                    <version>1.0</version>
                  </parent>
                  <artifactId>$name</artifactId>
                  <packaging>kpatch</packaging>
                </project>
                """.stripIndent()
        }
        def pom = new File(basedir, 'pom.xml')
        pom.text = pom.text.replace('<!-- modules -->', names.collect { "<module>$it</module>" }.join('\n    '))
    }

    /** What Maven said of each module that it could not build. */
    static Map<String, String> refusals(File basedir) {
        def log = new File(basedir, 'build.log').getText('UTF-8').replaceAll(/\u001B\[[0-9;]*m/, '')
        def found = [:]
        (log =~ /(?m)^\[ERROR\] Failed to execute goal \S+ \(\S+\) on project (\S+): (.*?)(?: -> \[Help \d+])?$/).each {
            found[it[1]] = it[2]
        }
        return found
    }

    static void tsv(File file, int header, Closure row) {
        file.readLines().drop(header).each { row(it.split('\t', -1)) }
    }

    static List<String> guest(File project) {
        return new File(project, 'target/kpatch/8-boot-test/guest.log').readLines()
    }

    static Map diff(File project) {
        return new JsonSlurper().parse(new File(project, 'target/kpatch/6-diff.json')).result
    }

    /** What is wrong with a boot, by the guest's own report and what stage diff found out. */
    static List<String> contradictions(List<String> guest, Map diff) {
        def said = { String record -> guest.contains('@kpatch ' + record) }
        def folders = guest.findAll { it.startsWith('@kpatch function ') }*.split(' ').groupBy { it[2] }
                .collectEntries { object, names -> [object, names.collect { it[3].replaceFirst(/,\d+$/, '') }.sort()] }
        def meant = diff.changed.groupBy { it.parent }
                .collectEntries { parent, objects -> [parent, objects.collectMany { it.changedFunctions }.sort()] }
        def wrong = ['load 0', 'transition done', 'disable done', 'unload 0'].findAll { !said(it) }.collect { "no '$it'".toString() }
        if (!guest.any { it.startsWith('@kpatch end ') }) {
            wrong << 'it has no end'
        }
        wrong += meant.keySet().findAll { !said("object 1 $it") }.collect { "$it is not patched".toString() }
        if (folders != meant) {
            wrong << "sysfs shows $folders and the differ said $meant".toString()
        }
        return wrong
    }

    /** Changed and new functions of each parent. */
    static String counted(Collection<Map> changed) {
        return changed.groupBy { it.parent }
                .collect { parent, all -> "$parent ${all.sum { it.changedFunctions.size() }}+${all.sum { it.newFunctions.size() }}" }
                .join(', ')
    }

    /**
     * Prints a line for each patch and one of counts, and keeps them.
     *
     * @param outcomes what became of each, beginning with loaded, refused, neither (its direction applies) or WRONG
     */
    static void report(File basedir, String unit, Map<String, String> outcomes, Map<String, String> directions) {
        def report = outcomes.collect { name, outcome -> "$name: ${directions[name]}, $outcome".toString() }
        def count = { String beginning -> outcomes.values().count { it.startsWith(beginning) } }
        def counts = [
            (unit): outcomes.size(),
            loaded: count('loaded'),
            acted: outcomes.values().count { it.startsWith('loaded') && it.contains('; acts: ') },
            refused: count('refused'),
            'do not apply': count('neither'),
            wrong: count('WRONG'),
        ]
        report << "$basedir.name on ${release(basedir)}: ${counts.collect { "$it.value $it.key" }.join(', ')}".toString()
        report.each { println it }
        new File(basedir, 'loads.txt').text = report.join('\n') + '\n'
        assert counts.wrong == 0 : report.findAll { it.contains('WRONG') }.join('\n')
        assert directions.size() == outcomes.size() && counts.loaded > 0
        assert counts.loaded + counts.refused + counts['do not apply'] == outcomes.size()
    }
}
