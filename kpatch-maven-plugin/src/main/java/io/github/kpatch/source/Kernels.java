package io.github.kpatch.source;

import io.github.kpatch.host.Archives;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Tools;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds kernels, from which {@link LocatedKernel} then gets what is wanted and keeps it in the cache. */
public final class Kernels {
    private final KernelCache cache;
    private final CommandRunner runner;
    private final Progress progress;
    private final Tools tools;
    private final Path root;
    private final DistributionChoice choice;

    /**
     * @param progress told of long work
     * @param choice which distribution's kernels
     */
    public Kernels(KernelCache cache, CommandRunner runner, Progress progress, DistributionChoice choice) {
        this(cache, runner, progress, new Tools(runner, cache.memo()), Path.of("/"), choice);
    }

    /**
     * @param tools finds programs
     * @param root the machine's root folder, below which installed packages lie
     */
    Kernels(
            KernelCache cache,
            CommandRunner runner,
            Progress progress,
            Tools tools,
            Path root,
            DistributionChoice choice) {
        this.cache = cache;
        this.runner = runner;
        this.progress = progress;
        this.tools = tools;
        this.root = root;
        this.choice = choice;
    }

    /** The release that is patched when none is named and no vmlinux is given. */
    public KernelRelease defaultRelease(boolean offline) {
        return distribution(offline).defaultRelease();
    }

    /** The releases that the distribution offers, best first; see {@link Distribution#releases}. */
    public List<OfferedRelease> releases(boolean offline) {
        return distribution(offline).releases();
    }

    /** Finds where the wanted kernel's pieces are; nothing is read or brought yet. */
    public LocatedKernel locate(KernelRequest request) {
        Distribution distribution = distribution(request.offline());
        PackageStore packages = distribution.packages();
        Archives archives = new Archives(progress);
        KernelLocator locator = new KernelLocator(distribution, cache.memo());
        return new LocatedKernel(
                request,
                locator.locate(request, request.debugPackage() != DebugPackage.ALWAYS),
                () -> locator.locate(request, false),
                new KernelFacts(
                        cache,
                        new PieceReader(archives, packages),
                        packages,
                        config -> Toolchain.find(
                                Optional.of(config), request.compiler(), Optional.empty(), runner, cache.memo())),
                new KernelSources(archives, cache.memo(), packages, cache, runner),
                new TreePreparation(cache, runner, progress),
                runner,
                cache.memo(),
                progress,
                cache.console());
    }

    /**
     * A prepared kernel with modules over it that were built outside of its tree.
     *
     * @throws ProblemException KP210 when something that is given is not there, KP503 when a module is another kernel's
     */
    public PreparedKernel layOver(PreparedKernel kernel, OutOfTreeModules modules) {
        return new OutOfTreeLayer(cache, modules).over(kernel);
    }

    /** The facts about a kernel and modules over it; see {@link #layOver(PreparedKernel, OutOfTreeModules)}. */
    public TargetKernel layOver(TargetKernel kernel, OutOfTreeModules modules) {
        return new OutOfTreeLayer(cache, modules).over(kernel);
    }

    private Distribution distribution(boolean offline) {
        return Distributions.of(choice, cache, runner, tools, progress, offline, root);
    }

    /**
     * Compares a project's config with the target's.
     *
     * @param where what to call the project's config in messages
     * @throws ProblemException naming every option that differs
     */
    public static void checkConfig(String where, byte[] projectConfig, TargetKernel target) {
        ConfigRules.checkSame(where, KernelConfig.parse(where, projectConfig), LocatedKernel.config(target));
    }
}
