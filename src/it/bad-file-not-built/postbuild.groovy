import io.github.kpatch.it.BuildLog
import io.github.kpatch.problem.ProblemCode

// Both at once, before the compiler is started on either.
BuildLog.of(basedir, 1).refuses(ProblemCode.PARENT_MISMATCH,
        'drivers/gpu/drm/msm/msm_fb.c', 'CONFIG_DRM_MSM is off', 'net/x25/x25_out.c', 'CONFIG_X25 is off')
assert !new File(basedir, 'target/kpatch/logs/build-objects.log').exists()
return true
