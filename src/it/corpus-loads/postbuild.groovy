import groovy.json.JsonSlurper

def tsv(File file, Closure row) {
    file.readLines().drop(1).each { row(it.split('\t', -1)) }
}

/** What is wrong with a boot, by the guest's own report and what stage diff found out. */
def contradictions(List<String> guest, Map diff) {
    def said = { String record -> guest.contains('@kpatch ' + record) }
    def folders = guest.findAll { it.startsWith('@kpatch function ') }*.split(' ').groupBy { it[2] }
            .collectEntries { object, names -> [object, names.collect { it[3].replaceFirst(/,\d+$/, '') }.sort()] }
    def meant = diff.changed.groupBy { it.parent }
            .collectEntries { parent, objects -> [parent, objects.collectMany { it.changedFunctions }.sort()] }
    def wrong = ['load 0', 'transition done', 'disable done', 'unload 0', 'end'].findAll { !said(it) }.collect { "no '$it'" }
    wrong += meant.keySet().findAll { !said("object 1 $it") }.collect { "$it is not patched" }
    if (folders != meant) {
        wrong << "sysfs shows $folders and the differ said $meant"
    }
    return wrong
}

def log = new File(basedir, 'build.log').getText('UTF-8').replaceAll(/\u001B\[[0-9;]*m/, '')
def refusals = [:]
(log =~ /(?m)^\[ERROR\] Failed to execute goal \S+ \(\S+\) on project (\S+): (.*?)(?: -> \[Help \d+])?$/).each { refusals[it[1]] = it[2] }
def expected = [:]
// Pairs that are not listed must load, whether anything of them runs or not.
tsv(new File(basedir, 'expected.tsv')) { expected[it[0]] = it[1] }

def counts = [pairs: 0, loaded: 0, acted: 0, refused: 0, wrong: 0]
def report = basedir.listFiles().findAll { new File(it, 'src/main/kpatch').directory }.sort().collect { project ->
    def pair = project.name
    def stages = new File(project, 'target/kpatch')
    def refusal = refusals[pair]
    def outcome
    if (refusal != null) {
        def code = refusal.split(' ')[0]
        outcome = (expected[pair] == code ? 'refused ' : 'WRONG refused ') + refusal
    } else {
        def guest = new File(stages, '8-boot-test/guest.log').readLines()
        def diff = new JsonSlurper().parse(new File(stages, '6-diff.json')).result
        def wrong = contradictions(guest, diff)
        def acts = guest.findAll { it.startsWith('@kpatch | acts ') }.collect { it.split(' ')[3] }
        def objects = diff.changed.collect { "${it.parent} ${it.changedFunctions.size()}+${it.newFunctions.size()}" }.join(', ')
        if (expected[pair] != null && (expected[pair] != 'acts' || !acts)) {
            wrong << "listed as ${expected[pair]}"
        }
        outcome = wrong ? "WRONG $wrong" : "loaded $objects" + (acts ? "; acts: ${acts.join(' ')}" : '')
    }
    counts.pairs++
    counts.loaded += outcome.startsWith('loaded') ? 1 : 0
    counts.acted += outcome.contains('; acts: ') ? 1 : 0
    counts.refused += outcome.startsWith('refused') ? 1 : 0
    counts.wrong += outcome.startsWith('WRONG') ? 1 : 0
    "$pair: $outcome".toString()
}
report << "corpus-loads: ${counts.collect { "$it.value $it.key" }.join(', ')}".toString()
report.each { println it }
new File(basedir, 'loads.txt').text = report.join('\n') + '\n'
assert counts.wrong == 0 : report.findAll { it.contains(': WRONG') }.join('\n')
assert counts.loaded + counts.refused == counts.pairs && counts.loaded > 0
return true
