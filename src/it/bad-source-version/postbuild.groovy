import io.github.kpatch.it.BuildLog
import io.github.kpatch.problem.ProblemCode

[1, 2].each { BuildLog.of(basedir, it).refuses(ProblemCode.SOURCE_VERSION_MISMATCH, '6.1.98', '6.1.99') }
BuildLog.of(basedir, 3).succeeds()
return true
