import io.github.kpatch.it.BuildLog
import io.github.kpatch.problem.ProblemCode

[1, 2].each { BuildLog.of(basedir, it).refuses(ProblemCode.CONFIG_CHANGED, 'CONFIG_TOY_NEEDS_PAHOLE') }
BuildLog.of(basedir, 3).succeeds()
return true
