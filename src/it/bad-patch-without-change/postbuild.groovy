import io.github.kpatch.it.BuildLog
import io.github.kpatch.problem.ProblemCode

BuildLog.of(basedir, 1).refuses(ProblemCode.NO_FUNCTIONAL_CHANGE, 'kernel/numbers.o')
BuildLog.nothingLeft(basedir, new File(basedir, 'target/cache'))
return true
