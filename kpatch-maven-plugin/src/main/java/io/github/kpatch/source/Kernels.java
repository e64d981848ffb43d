package io.github.kpatch.source;

import io.github.kpatch.host.Archives;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import io.github.kpatch.kernel.KernelConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Gets kernels and prepares their trees: the steps, in order. Each is done once for a kernel and kept in the cache. */
public final class Kernels {
    private final KernelCache cache;
    private final CommandRunner runner;
    private final KernelLocator locator;
    private final KernelFacts facts;
    private final KernelSources sources;
    private final TreePreparation trees;

    /**
     * @param progress told of long work
     * @param structSizes reads structure sizes from a vmlinux
     */
    public Kernels(KernelCache cache, CommandRunner runner, Progress progress, StructSizeReader structSizes) {
        this.cache = cache;
        this.runner = runner;
        this.locator = new KernelLocator();
        PackageStore packages = null;
        Archives archives = new Archives(progress);
        this.facts = new KernelFacts(cache, new PieceReader(archives, packages), packages, structSizes);
        this.sources = new KernelSources(archives, cache.memo(), packages, cache);
        this.trees = new TreePreparation(cache, runner, progress);
    }

    /** The facts about the wanted kernel, without its source. */
    public TargetKernel target(KernelRequest request) {
        return facts.of(locator.locate(request));
    }

    /** The wanted kernel with a prepared tree, after all that can be checked before anything is built was checked. */
    public PreparedKernel prepare(KernelRequest request) {
        KernelPieces pieces = locator.locate(request);
        TargetKernel target = facts.of(pieces);
        KernelConfig config = config(target);
        ConfigRules.checkPreconditions(pieces.config().toString(), config);
        Toolchain toolchain = Toolchain.find(Optional.of(config), request.compiler(), runner, cache.memo());
        toolchain.compiler().checkBuilt(target, config);
        KernelSource source = sources.open(pieces);
        return trees.prepare(target, config, source, toolchain, request);
    }

    /** The folder of the wanted kernel's modules as shipped; those of a package are unpacked now. */
    public Optional<Path> modules(KernelRequest request) {
        return facts.modules(locator.locate(request));
    }

    /**
     * Compares a project's config with the target's.
     *
     * @param where what to call the project's config in messages
     * @throws io.github.kpatch.problem.ProblemException naming every option that differs
     */
    public static void checkConfig(String where, byte[] projectConfig, TargetKernel target) {
        ConfigRules.checkSame(where, KernelConfig.parse(where, projectConfig), config(target));
    }

    private static KernelConfig config(TargetKernel target) {
        return KernelConfig.parse(
                target.config().toString(), Folders.doing(target.config(), () -> Files.readAllBytes(target.config())));
    }
}
