def loads = new GroovyClassLoader(getClass().classLoader).parseClass(new File(repository, 'src/it/Loads.groovy'))
def refusals = loads.refusals(basedir)

// Pairs that are not listed must load, whether anything of them runs or not.
def release = loads.release(basedir)
def expected = [:]
def table = new File(basedir, 'expected').listFiles().find { release.startsWith(it.name.replaceFirst(/\.tsv$/, '.')) }
loads.tsv(table, 1) { expected[it[0]] = it[1] }

def directions = new TreeMap()
loads.tsv(new File(basedir, 'directions.tsv'), 0) { directions[it[0]] = it[1] }
def outcomes = new TreeMap()
directions.findAll { it.value == 'neither' }.keySet().each { pair ->
    outcomes[pair] = (expected[pair] == 'neither' ? '' : 'WRONG ') + 'neither the fix nor its reverse applies'
}
basedir.listFiles().findAll { new File(it, 'src/main/kpatch').directory }.each { project ->
    def pairs = new File(project, 'src/main/kpatch/patches').list()*.replaceFirst(/\.patch$/, '')
    def refusal = refusals[project.name]
    if (refusal != null) {
        def code = refusal.split(' ')[0]
        pairs.each { outcomes[it] = (expected[it] == code ? 'refused ' : "WRONG refused in $project.name ") + refusal }
        return
    }
    def guest = loads.guest(project)
    def diff = loads.diff(project)
    def ran = guest.findAll { it.startsWith('@kpatch | acts ') }.collect { it.split(' ')[3] }
    def objects = diff.changed.groupBy { it.name.replaceFirst(/\.o$/, '').replace('/', '__') }
    def common = loads.contradictions(guest, diff)
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
        outcomes[pair] = wrong ? "WRONG $wrong" : "loaded ${loads.counted(changed)}" + (acts ? "; acts: ${acts.join(' ')}" : '')
    }
}
loads.report(basedir, 'pairs', outcomes, directions)
return true
