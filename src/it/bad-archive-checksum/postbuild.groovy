import io.github.kpatch.it.BuildLog
import io.github.kpatch.problem.ProblemCode

[1, 2].each { BuildLog.of(basedir, it).refuses(ProblemCode.CHECKSUM_MISMATCH, 'linux-toy.tar.xz') }
BuildLog.of(basedir, 3).succeeds()
return true
