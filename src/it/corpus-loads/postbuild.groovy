import groovy.json.JsonSlurper

def tsv(File file, int header, Closure row) {
    file.readLines().drop(header).each { row(it.split('\t', -1)) }
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

// Pairs that are not listed must load, whether anything of them runs or not.
def release = new File(basedir, '../setup-debian-kernel/kernel.properties').text.trim().replaceFirst('.*=', '')
def expected = [:]
def table = new File(basedir, 'expected').listFiles().find { release.startsWith(it.name.replaceFirst(/\.tsv$/, '.')) }
tsv(table, 1) { expected[it[0]] = it[1] }

def directions = new TreeMap()
tsv(new File(basedir, 'directions.tsv'), 0) { directions[it[0]] = it[1] }
def outcomes = new TreeMap()
directions.findAll { it.value == 'neither' }.keySet().each { pair ->
    outcomes[pair] = (expected[pair] == 'neither' ? '' : 'WRONG ') + 'neither the fix nor its reverse applies'
}
basedir.listFiles().findAll { new File(it, 'src/main/kpatch').directory }.each { project ->
    def stages = new File(project, 'target/kpatch')
    def pairs = new File(project, 'src/main/kpatch/patches').list()*.replaceFirst(/\.patch$/, '')
    def refusal = refusals[project.name]
    if (refusal != null) {
        def code = refusal.split(' ')[0]
        pairs.each { outcomes[it] = (expected[it] == code ? 'refused ' : "WRONG refused in $project.name ") + refusal }
        return
    }
    def guest = new File(stages, '8-boot-test/guest.log').readLines()
    def diff = new JsonSlurper().parse(new File(stages, '6-diff.json')).result
    def ran = guest.findAll { it.startsWith('@kpatch | acts ') }.collect { it.split(' ')[3] }
    def objects = diff.changed.groupBy { it.name.replaceFirst(/\.o$/, '').replace('/', '__') }
    def common = contradictions(guest, diff)
    def strangers = objects.keySet() - pairs
    if (strangers) {
        common << "also changed are $strangers"
    }
    pairs.each { pair ->
        def wrong = new ArrayList(common)
        def changed = objects[pair] ?: []
        def acts = ran.intersect(changed.collectMany { it.changedFunctions + it.newFunctions })
        if (!changed) {
            wrong << 'nothing changed'
        }
        if (expected[pair] != null && (expected[pair] != 'acts' || !acts)) {
            wrong << "listed as ${expected[pair]}"
        }
        def counted = changed.collect { "${it.parent} ${it.changedFunctions.size()}+${it.newFunctions.size()}" }.join(', ')
        outcomes[pair] = wrong ? "WRONG $wrong" : "loaded $counted" + (acts ? "; acts: ${acts.join(' ')}" : '')
    }
}

def report = outcomes.collect { pair, outcome -> "$pair: ${directions[pair]}, $outcome".toString() }
def count = { Closure which -> outcomes.values().count(which) }
def counts = [
    pairs: outcomes.size(),
    loaded: count { it.startsWith('loaded') },
    acted: count { it.startsWith('loaded') && it.contains('; acts: ') },
    refused: count { it.startsWith('refused') },
    'do not apply': count { it.startsWith('neither') },
    wrong: count { it.startsWith('WRONG') },
]
report << "corpus-loads on $release: ${counts.collect { "$it.value $it.key" }.join(', ')}".toString()
report.each { println it }
new File(basedir, 'loads.txt').text = report.join('\n') + '\n'
assert counts.wrong == 0 : report.findAll { it.contains('WRONG') }.join('\n')
assert directions.size() == counts.pairs && counts.loaded > 0
assert counts.loaded + counts.refused + counts['do not apply'] == counts.pairs
return true
