import io.github.kpatch.it.BuildLog
import io.github.kpatch.problem.ProblemCode

[1, 2].each { BuildLog.of(basedir, it).refuses(ProblemCode.COMPILER_MISMATCH, '12.0.99') }
BuildLog.of(basedir, 3).succeeds()
return true
