package io.github.kpatch.source;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A kernel of which it is known where every piece lies. What is asked of it is got then, and once; what is found out
 * quickly is found out before anything long begins.
 */
public final class LocatedKernel {
    /** What a boot image may lack or hide that the debug package's vmlinux shows. */
    private static final Set<ProblemCode> UNREADABLE = Set.of(
            ProblemCode.NOT_ELF,
            ProblemCode.BOOT_IMAGE_UNREADABLE,
            ProblemCode.KALLSYMS_UNREADABLE,
            ProblemCode.STRUCT_SIZES_MISSING);

    private final KernelRequest request;
    private final KernelPieces pieces;
    private final Supplier<KernelPieces> debugPieces;
    private final KernelFacts facts;
    private final KernelSources sources;
    private final TreePreparation trees;
    private final CommandRunner runner;
    private final FileMemo memo;
    private final Progress progress;
    private final Consumer<String> console;

    private Optional<TargetKernel> target = Optional.empty();

    LocatedKernel(
            KernelRequest request,
            KernelPieces pieces,
            Supplier<KernelPieces> debugPieces,
            KernelFacts facts,
            KernelSources sources,
            TreePreparation trees,
            CommandRunner runner,
            FileMemo memo,
            Progress progress,
            Consumer<String> console) {
        this.request = request;
        this.pieces = pieces;
        this.debugPieces = debugPieces;
        this.facts = facts;
        this.sources = sources;
        this.trees = trees;
        this.runner = runner;
        this.memo = memo;
        this.progress = progress;
        this.console = console;
    }

    /** The facts about the kernel, for which no source is needed; one that cannot be patched is refused. */
    public TargetKernel target() {
        if (target.isEmpty()) {
            sources.checkGiven(pieces);
            target = Optional.of(readTarget());
        }
        return target.get();
    }

    private TargetKernel readTarget() {
        try {
            return facts.of(pieces);
        } catch (ProblemException shipped) {
            if (shipped.problems().stream().allMatch(problem -> UNREADABLE.contains(problem.code()))
                    && hasDebugPackage()) {
                Problem reason = shipped.problems().get(0);
                console.accept("The debug package is used, as the shipped kernel does not tell enough of itself: "
                        + reason.where() + ": " + reason.what());
                return facts.of(debugPieces.get());
            }
            throw shipped;
        }
    }

    private boolean hasDebugPackage() {
        return request.debugPackage() == DebugPackage.AUTO && !debugPieces.get().equals(pieces);
    }

    /**
     * The facts about the same kernel from its debug package, which is brought now; they know more of its symbols.
     *
     * @return empty where the request does not allow it, or where it gives nothing beyond {@link #target}
     * @throws ProblemException KP205 when it is the debug package of another build
     */
    public Optional<TargetKernel> debugTarget() {
        if (!hasDebugPackage()) {
            return Optional.empty();
        }
        TargetKernel debug = facts.of(debugPieces.get());
        if (!debug.banner().equals(target().banner())) {
            throw ProblemException.input(
                    ProblemCode.SOURCE_VERSION_MISMATCH,
                    debugPieces.get().built().toString(),
                    "It says '" + debug.banner() + "', the boot image '" + target().banner() + "'.");
        }
        return Optional.of(debug);
    }

    /** The kernel with a prepared tree; all that can be checked before anything is built is checked before. */
    public PreparedKernel prepared() {
        KernelConfig config = config(target());
        ConfigRules.checkPreconditions(pieces.built().configName(), config);
        Toolchain toolchain = Toolchain.find(Optional.of(config), request.compiler(), Optional.empty(), runner, memo);
        toolchain.compiler().checkBuilt(target(), config);
        return trees.prepare(target(), config, sources.open(pieces), toolchain, request);
    }

    /**
     * Makes a kernel kit of it. What is in the kit must do for every patch, and nobody can ask for more later; so it holds
     * what the debug package knows, unless the request does not allow that. It is made only of a kernel whose source was
     * prepared.
     *
     * @throws ProblemException KP106 for source that is no archive, KP243 when the boot image is needed and not given
     */
    public MadeKit makeKit(KitRequest kit) {
        KernelSource source = sources.open(pieces);
        KitWriter.archiveOf(source);
        KernelLock lock = prepared().lock();
        TargetKernel known = debugTarget().orElseGet(this::target);
        Optional<Path> modules = kit.attachments().contains(KitAttachment.MODULES) ? modules() : Optional.empty();
        return new KitWriter(known, memo, progress).write(lock, source, modules, kit);
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
