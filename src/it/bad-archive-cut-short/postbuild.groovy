import io.github.kpatch.it.BuildLog
import io.github.kpatch.problem.ProblemCode

[1, 2].each { BuildLog.of(basedir, it).refuses(ProblemCode.ARCHIVE_DAMAGED, 'linux-toy-cut-short.tar.xz', 'ends too early') }
BuildLog.of(basedir, 3).succeeds()
return true
