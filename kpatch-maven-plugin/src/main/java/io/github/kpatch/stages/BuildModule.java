package io.github.kpatch.stages;

import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;

/**
 * The whole story, from a kernel and patches to a module. Each line is a stage: it takes what earlier ones found out and
 * gives what it found out itself. {@link Goals} does the same stages one by one.
 */
public final class BuildModule {
    private BuildModule() {}

    /**
     * Builds a module, as far as it has not been built from the same inputs before.
     *
     * @throws ProblemException with whatever stands in the way
     */
    public static LinkedModule run(BuildRequest request, BuildContext context) {
        return context.alone(() -> build(request, context));
    }

    private static LinkedModule build(BuildRequest request, BuildContext context) {
        FindToolchain.run(request.kernel(), request.config(), context);
        PreparedKernel kernel = UnpackKernel.run(request.kernel(), request.config(), context);
        PatchedSources sources = CheckSeries.run(kernel, request.patches(), request.maxFuzz(), context);
        ReadStructSizes.run(kernel, context);
        DebugFacts debug = DebugFacts.of(request.kernel(), context);
        BuiltObjects objects = BuildObjects.run(kernel, sources, debug, context);
        DiffedObjects changes = DiffObjects.run(kernel, objects, debug, request.detail(), context);
        return LinkModule.run(kernel, sources, objects, changes, request.module(), context);
    }
}
