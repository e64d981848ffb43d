import io.github.kpatch.it.BuildLog
import io.github.kpatch.problem.ProblemCode

BuildLog.of(basedir, 1).refusesAll(
        [ProblemCode.RUNTIME_CONSTANT, ProblemCode.BRANCH_TARGET_SEALED],
        '__d_lookup', 'It takes the address of hugetlb_report_meminfo',
        'Add a function to the patch that calls hugetlb_report_meminfo')
assert !new File(basedir, 'target/kpatch-padded-kernel-refusals.ko').exists()
return true
