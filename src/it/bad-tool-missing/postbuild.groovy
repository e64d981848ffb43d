import io.github.kpatch.it.BuildLog
import io.github.kpatch.problem.ProblemCode

BuildLog.of(basedir, 1).refuses(ProblemCode.TOOL_MISSING, 'make', 'apt')
BuildLog.nothingLeft(basedir, new File(basedir, 'target/cache'))
return true
