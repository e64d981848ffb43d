package io.github.kpatch.stages;

import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.KernelCache;
import io.github.kpatch.source.PreparedKernel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A module from patches without a project: the whole story in a workspace of the cache, of which nothing but the module
 * is left in the user's folder. The workspace goes when the module is there. After a failure it stays, for the logs lie
 * in it, until the next build of that module.
 */
public final class BuildAlone {
    private static final int NAME_LENGTH = 16;

    private BuildAlone() {}

    /** Where the module of that file is built when the user names no folder for it; one place for one module. */
    public static Path workspace(Optional<Path> cache, Path module) {
        return new KernelCache(cache.orElseGet(KernelCache::defaultRoot), line -> {})
                .build(Digests.of(List.of(module.toAbsolutePath().normalize().toString()))
                        .substring(0, NAME_LENGTH));
    }

    /**
     * Builds the module.
     *
     * @param keep whether the workspace stays
     * @return the module's file
     * @throws ProblemException with whatever stands in the way
     */
    public static Path run(
            WantedKernel kernel,
            GivenPatches patches,
            int maxFuzz,
            DiffObjects.Detail detail,
            LinkRequest module,
            boolean keep,
            BuildContext context) {
        Path work = context.workspace().root();
        // The workspace's own lock would go with it.
        return context.cache()
                .lock("build-" + Digests.of(List.of(work.toString())).substring(0, NAME_LENGTH))
                .during("it makes " + module.file(), () -> {
                    Path folder = patches.in(work.resolve("patches"));
                    LinkedModule made = BuildModule.run(
                            new BuildRequest(kernel, Optional.empty(), folder, maxFuzz, detail, module), context);
                    ClosingWords.say(made, release(context), module.file(), context.console());
                    if (!keep) {
                        Folders.delete(work);
                    }
                    return module.file();
                });
    }

    private static String release(BuildContext context) {
        return context.steps()
                .need(Stage.UNPACK, PreparedKernel.class, Stage.REPORT)
                .target()
                .release()
                .value();
    }
}
