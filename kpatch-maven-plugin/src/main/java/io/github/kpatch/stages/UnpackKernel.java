package io.github.kpatch.stages;

import io.github.kpatch.host.Json;
import io.github.kpatch.source.KernelRequest;
import io.github.kpatch.source.Kernels;
import io.github.kpatch.source.LocatedKernel;
import io.github.kpatch.source.PreparedKernel;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Stage {@code unpack}: the target kernel's facts and a prepared tree of its source, both in the cache. */
public final class UnpackKernel {
    private UnpackKernel() {}

    /**
     * Gets the kernel, or finds it in the cache, and sees that it is the project's.
     *
     * @param project the config that the project holds; empty where there is no project
     * @throws io.github.kpatch.problem.ProblemException KP1xx, KP2xx
     */
    public static PreparedKernel run(WantedKernel wanted, Optional<ProjectConfig> project, BuildContext context) {
        long start = System.nanoTime();
        Kernels kernels = context.kernels();
        KernelRequest request = wanted.request(context.jobs());
        // The cache knows better than a record whether its inputs changed, so it is asked every time.
        project.ifPresent(config -> request.release().ifPresent(config::checkRelease));
        LocatedKernel located = kernels.locate(request);
        project.ifPresent(config -> config.checkRelease(located.target().release()));
        project.ifPresent(config -> config.checkConfig(located.target()));
        PreparedKernel kernel = located.prepared();
        project.ifPresent(config -> config.checkLock(kernel, context.console()));
        PreparedKernel patched = wanted.outOfTree()
                .given()
                .map(modules -> kernels.layOver(kernel, modules))
                .orElse(kernel);
        return context.steps()
                .run(
                        new Step<>(
                                Stage.UNPACK,
                                Map.of(),
                                List.of(Json.write(patched)),
                                PreparedKernel.class,
                                folder -> patched,
                                result -> "Kernel " + result.target().release() + ", prepared in " + result.tree()),
                        start);
    }
}
