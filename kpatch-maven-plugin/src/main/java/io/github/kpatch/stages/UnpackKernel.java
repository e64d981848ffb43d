package io.github.kpatch.stages;

import io.github.kpatch.host.Json;
import io.github.kpatch.source.KernelRequest;
import io.github.kpatch.source.Kernels;
import io.github.kpatch.source.LocatedKernel;
import io.github.kpatch.source.PreparedKernel;
import java.util.List;
import java.util.Map;

/** Stage {@code unpack}: the target kernel's facts and a prepared tree of its source, both in the cache. */
public final class UnpackKernel {
    private UnpackKernel() {}

    /**
     * Gets the kernel, or finds it in the cache, and sees that it is the project's.
     *
     * @throws io.github.kpatch.problem.ProblemException KP1xx, KP2xx
     */
    public static PreparedKernel run(WantedKernel wanted, ProjectConfig projectConfig, BuildContext context) {
        long start = System.nanoTime();
        Kernels kernels = context.kernels();
        KernelRequest request = wanted.request(context.jobs());
        // The cache knows better than a record whether its inputs changed, so it is asked every time.
        request.release().ifPresent(projectConfig::checkRelease);
        LocatedKernel located = kernels.locate(request);
        projectConfig.checkRelease(located.target().release());
        projectConfig.checkConfig(located.target());
        PreparedKernel kernel = located.prepared();
        projectConfig.checkLock(kernel, context.console());
        return context.steps()
                .run(
                        new Step<>(
                                Stage.UNPACK,
                                Map.of(),
                                List.of(Json.write(kernel)),
                                PreparedKernel.class,
                                folder -> kernel,
                                result -> "Kernel " + result.target().release() + ", prepared in " + result.tree()),
                        start);
    }
}
