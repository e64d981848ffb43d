package io.github.kpatch.stages;

import io.github.kpatch.source.KernelRequest;
import io.github.kpatch.source.Kernels;
import io.github.kpatch.source.PreparedKernel;
import java.nio.file.Files;
import java.util.List;

/** Stage {@code unpack}: the target kernel's facts and a prepared tree of its source, both in the cache. */
public final class UnpackKernel {
    private UnpackKernel() {}

    /**
     * Gets the kernel, or finds it in the cache, and sees that it is the project's.
     *
     * @throws io.github.kpatch.problem.ProblemException KP1xx, KP2xx
     */
    public static PreparedKernel run(
            KernelRequest request, Kernels kernels, ProjectConfig projectConfig, BuildContext context) {
        long start = System.nanoTime();
        // The cache knows better than a record whether its inputs changed, so it is asked every time.
        projectConfig.checkConfig(kernels.target(request));
        PreparedKernel kernel = kernels.prepare(request);
        projectConfig.checkLock(kernel, context.console());
        return context.steps()
                .run(
                        new Step<>(
                                Stage.UNPACK,
                                List.of(kernel.digest(), kernel.tree().toString()),
                                PreparedKernel.class,
                                UnpackKernel::isIntact,
                                folder -> kernel,
                                result -> "Kernel " + result.target().release() + ", prepared in " + result.tree()),
                        start);
    }

    /** What {@link #run} found out. */
    static PreparedKernel result(BuildContext context, Stage by) {
        return context.steps().need(Stage.UNPACK, PreparedKernel.class, by);
    }

    private static boolean isIntact(PreparedKernel kernel) {
        return Files.isDirectory(kernel.tree())
                && Files.isDirectory(kernel.target().symbolTables());
    }
}
