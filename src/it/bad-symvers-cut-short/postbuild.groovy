import io.github.kpatch.it.BuildLog
import io.github.kpatch.problem.ProblemCode

[1, 2].each { BuildLog.of(basedir, it).refuses(ProblemCode.SYMVERS_INVALID, 'Module-cut-short.symvers') }
BuildLog.of(basedir, 3).succeeds()
return true
