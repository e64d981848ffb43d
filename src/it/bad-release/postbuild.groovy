import io.github.kpatch.it.BuildLog
import io.github.kpatch.problem.ProblemCode

def offered = new Properties()
new File(basedir, '../setup-debian-kernel/kernel.properties').withReader { offered.load(it) }
// The nearest ones are named, and the goal that names all.
def named = offered.kernelRelease.startsWith('6.1.') ? offered.kernelRelease : 'goal kpatch:releases lists them all'
BuildLog.of(basedir, 1).refuses(ProblemCode.RELEASE_UNKNOWN, '6.1.0-9999-amd64', named)
BuildLog.nothingLeft(basedir, new File(basedir, 'target/cache'))
return true
