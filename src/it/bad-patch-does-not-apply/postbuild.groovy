import io.github.kpatch.it.BuildLog
import io.github.kpatch.problem.ProblemCode

BuildLog.of(basedir, 1).refuses(ProblemCode.PATCH_DOES_NOT_APPLY, 'numbers.patch', 'kernel/numbers.c')
BuildLog.nothingLeft(basedir, new File(basedir, 'target/cache'))
return true
