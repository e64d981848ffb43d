package io.github.kpatch.source;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.KernelConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A kernel of which it is known where every piece lies. What is asked of it is got then, and once; what is found out
 * quickly is found out before anything long begins.
 */
public final class LocatedKernel {
    private final KernelRequest request;
    private final KernelPieces pieces;
    private final KernelFacts facts;
    private final KernelSources sources;
    private final TreePreparation trees;
    private final CommandRunner runner;
    private final FileMemo memo;

    private Optional<TargetKernel> target = Optional.empty();

    LocatedKernel(
            KernelRequest request,
            KernelPieces pieces,
            KernelFacts facts,
            KernelSources sources,
            TreePreparation trees,
            CommandRunner runner,
            FileMemo memo) {
        this.request = request;
        this.pieces = pieces;
        this.facts = facts;
        this.sources = sources;
        this.trees = trees;
        this.runner = runner;
        this.memo = memo;
    }

    /** The facts about the kernel, for which no source is needed; one that cannot be patched is refused. */
    public TargetKernel target() {
        if (target.isEmpty()) {
            sources.checkGiven(pieces);
            target = Optional.of(facts.of(pieces));
        }
        return target.get();
    }

    /** The kernel with a prepared tree; all that can be checked before anything is built is checked before. */
    public PreparedKernel prepared() {
        KernelConfig config = config(target());
        ConfigRules.checkPreconditions(pieces.config().toString(), config);
        Toolchain toolchain = Toolchain.find(Optional.of(config), request.compiler(), runner, memo);
        toolchain.compiler().checkBuilt(target(), config);
        return trees.prepare(target(), config, sources.open(pieces), toolchain, request);
    }

    /** The folder of the kernel's modules as shipped; those of a package are unpacked now. */
    public Optional<Path> modules() {
        return facts.modules(pieces);
    }

    static KernelConfig config(TargetKernel target) {
        Path file = target.config();
        return KernelConfig.parse(file.toString(), Folders.doing(file, () -> Files.readAllBytes(file)));
    }
}
