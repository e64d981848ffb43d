package io.github.kpatch.source;

import io.github.kpatch.host.Archives;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Tools;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Gets kernels and prepares their trees: the steps, in order. Each is done once for a kernel and kept in the cache. */
public final class Kernels {
    private final KernelCache cache;
    private final CommandRunner runner;
    private final Progress progress;
    private final Tools tools;
    private final Path root;

    /**
     * @param progress told of long work
     */
    public Kernels(KernelCache cache, CommandRunner runner, Progress progress) {
        this(cache, runner, progress, new Tools(runner, cache.memo()), Path.of("/"));
    }

    /**
     * @param tools finds programs
     * @param root the machine's root folder, below which installed packages lie
     */
    Kernels(KernelCache cache, CommandRunner runner, Progress progress, Tools tools, Path root) {
        this.cache = cache;
        this.runner = runner;
        this.progress = progress;
        this.tools = tools;
        this.root = root;
    }

    /** The release that is patched when none is named and no vmlinux is given. */
    public KernelRelease defaultRelease(boolean offline) {
        return locator(packages(offline)).defaultRelease();
    }

    /** The facts about the wanted kernel, without its source. */
    public TargetKernel target(KernelRequest request) {
        DebianPackages packages = packages(request.offline());
        return facts(packages).of(locator(packages).locate(request));
    }

    /** The wanted kernel with a prepared tree; all that can be checked before anything is built is checked before. */
    public PreparedKernel prepare(KernelRequest request) {
        DebianPackages packages = packages(request.offline());
        KernelPieces pieces = locator(packages).locate(request);
        TargetKernel target = facts(packages).of(pieces);
        KernelConfig config = config(target);
        ConfigRules.checkPreconditions(pieces.config().toString(), config);
        Toolchain toolchain = Toolchain.find(Optional.of(config), request.compiler(), runner, cache.memo());
        toolchain.compiler().checkBuilt(target, config);
        KernelSource source = sources(packages).open(pieces);
        return new TreePreparation(cache, runner, progress).prepare(target, config, source, toolchain, request);
    }

    /** The folder of the wanted kernel's modules as shipped; those of a package are unpacked now. */
    public Optional<Path> modules(KernelRequest request) {
        DebianPackages packages = packages(request.offline());
        return facts(packages).modules(locator(packages).locate(request));
    }

    /**
     * Compares a project's config with the target's.
     *
     * @param where what to call the project's config in messages
     * @throws ProblemException naming every option that differs
     */
    public static void checkConfig(String where, byte[] projectConfig, TargetKernel target) {
        ConfigRules.checkSame(where, KernelConfig.parse(where, projectConfig), config(target));
    }

    private static KernelConfig config(TargetKernel target) {
        Path file = target.config();
        return KernelConfig.parse(file.toString(), Folders.doing(file, () -> Files.readAllBytes(file)));
    }

    private DebianPackages packages(boolean offline) {
        return new DebianPackages(cache, runner, tools, progress, offline, root);
    }

    private KernelLocator locator(DebianPackages packages) {
        return new KernelLocator(packages, cache.memo(), root);
    }

    private KernelFacts facts(PackageStore packages) {
        return new KernelFacts(cache, new PieceReader(new Archives(progress), packages), packages);
    }

    private KernelSources sources(PackageStore packages) {
        return new KernelSources(new Archives(progress), cache.memo(), packages, cache);
    }
}
