def loads = new GroovyClassLoader(getClass().classLoader).parseClass(new File(repository, 'src/it/Loads.groovy'))
def refusals = loads.refusals(basedir)

def directions = new TreeMap()
loads.tsv(new File(basedir, 'directions.tsv'), 0) { directions[it[0]] = it[1] }
def expected = ['reverse', 'forward'].collectEntries { direction ->
    def rows = [:]
    loads.tsv(new File(basedir, "expected/${direction}.tsv"), 1) { rows[it[0]] = it[1] }
    [direction, rows]
}

def outcomes = new TreeMap()
directions.each { set, direction ->
    if (direction == 'neither') {
        outcomes[set] = 'neither direction applies to this source'
        return
    }
    def listed = expected[direction][set]
    def refusal = refusals[set]
    if (refusal != null) {
        outcomes[set] = (listed == refusal.split(' ')[0] ? 'refused ' : "WRONG, listed as $listed: ") + refusal
        return
    }
    def project = new File(basedir, set)
    def diff = loads.diff(project)
    def wrong = loads.contradictions(loads.guest(project), diff)
    if (listed != 'loaded') {
        wrong << "listed as $listed"
    }
    outcomes[set] = wrong ? "WRONG $wrong" : "loaded ${loads.counted(diff.changed)}"
}
loads.report(basedir, 'sets', outcomes, directions)
return true
