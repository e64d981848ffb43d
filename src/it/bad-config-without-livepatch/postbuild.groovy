import io.github.kpatch.it.BuildLog
import io.github.kpatch.problem.ProblemCode

[1, 2].each { BuildLog.of(basedir, it).refuses(ProblemCode.KERNEL_OPTION_MISSING, 'CONFIG_LIVEPATCH') }
BuildLog.of(basedir, 3).succeeds()
return true
