import io.github.kpatch.it.BuildLog
import io.github.kpatch.problem.ProblemCode

def offered = new Properties()
new File(basedir, '../setup-debian-kernel/kernel.properties').withReader { offered.load(it) }
BuildLog.of(basedir, 1).refuses(ProblemCode.RELEASE_UNKNOWN, '6.1.0-9999-amd64', offered.kernelRelease)
BuildLog.nothingLeft(basedir, new File(basedir, 'target/cache'))
return true
