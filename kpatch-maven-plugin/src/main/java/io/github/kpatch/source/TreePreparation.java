package io.github.kpatch.source;

import io.github.kpatch.host.Command;
import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Makes a source tree in which single objects can be built exactly as they were in the kernel's own build: written out,
 * configured with the kernel's config, and taken through kbuild's {@code prepare} and {@code modules_prepare}, which
 * build what every object needs (generated headers, objtool, {@code scripts/module.lds}).
 *
 * <p>All of it is done in a temporary folder of the cache that gets its name last. kbuild's notes of the host tools hold
 * absolute paths, so no make may run in the tree after that.
 */
final class TreePreparation {
    private static final String TREE = "linux";
    private static final String LOG = "prepare.log";
    private static final String SECTIONS = "-ffunction-sections -fdata-sections";
    private static final Pattern ERROR = Pattern.compile("(^|.*[: ])([Ee]rror|ERROR)[: ].*|make.*\\*\\*\\*.*");
    /** Programs besides the compiler whose version shows in objects or in the config. */
    private static final Set<String> SHAPING_TOOLS = Set.of("as", "ld", "objcopy", "pahole");

    private static final int SHOWN_LINES = 15;

    /**
     * What {@code RUSTC} names where the kernel was built without a Rust compiler: kconfig writes down the version of one
     * that it finds, and would make another config.
     */
    private static final String NO_RUST_COMPILER = "the-kernel-was-built-without-rustc";

    /**
     * Who built when and where must not get into objects; the values mean nothing. {@code KBUILD_BUILD_VERSION} is the
     * number that {@code uname -v} begins with.
     */
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "KBUILD_BUILD_TIMESTAMP", "Thu Jan  1 00:00:00 UTC 1970",
            "KBUILD_BUILD_USER", "kpatch",
            "KBUILD_BUILD_HOST", "kpatch",
            "KBUILD_BUILD_VERSION", "1");

    private final KernelCache cache;
    private final CommandRunner runner;
    private final Progress progress;

    TreePreparation(KernelCache cache, CommandRunner runner, Progress progress) {
        this.cache = cache;
        this.runner = runner;
        this.progress = progress;
    }

    /** The prepared tree, from the cache where it has it. */
    PreparedKernel prepare(
            TargetKernel target, KernelConfig config, KernelSource source, Toolchain toolchain, KernelRequest request) {
        List<String> variables = makeVariables(target, config, toolchain, request);
        String digest = digest(target, source, toolchain, variables);
        Path folder = cache.once(cache.tree(digest), "prepared tree of " + target.release(), partial -> {
            Path tree = partial.resolve(TREE);
            source.writer().write(partial, tree);
            SourceVersion.of(tree).checkBuilt(target, source);
            DelayedObjtool.check(tree, config);
            Make make = new Make(tree, variables, request.jobs());
            if (source.builtIn() || SourceFolder.wasBuiltIn(tree)) {
                make.run("Removing what earlier builds left in the source", List.of("mrproper"));
            }
            configure(make, target, config);
            make.run("Preparing the tree", List.of("prepare", "modules_prepare"));
            checkRelease(tree, target);
            Folders.doing(tree, () -> Files.copy(target.symvers(), tree.resolve("Module.symvers")));
        });
        return new PreparedKernel(
                target,
                digest,
                folder.resolve(TREE),
                variables,
                ENVIRONMENT,
                new KernelLock(
                        target.release().value(),
                        source.packageVersion()
                                .or(() -> BuiltFrom.in(target.banner()).map(BuiltFrom::packageVersion))
                                .orElseGet(() ->
                                        SourceVersion.of(folder.resolve(TREE)).text()),
                        source.sha256(),
                        toolchain.compiler().comment(),
                        Digests.of(target.config())),
                toolchain,
                Optional.empty());
    }

    /**
     * What every make in the tree is told. Assembler gets the same choice of debug information as C: kbuild asks for it where
     * the kernel has it, and it names the folder that an object was made in.
     */
    private static List<String> makeVariables(
            TargetKernel target, KernelConfig config, Toolchain toolchain, KernelRequest request) {
        String compiler = toolchain.compiler().command();
        String debugInformation =
                request.debugInfo() ? " -fdebug-prefix-map=$(CURDIR)=. -fmacro-prefix-map=$(CURDIR)=." : " -g0";
        List<String> variables = new ArrayList<>(List.of(
                "KERNELRELEASE=" + target.release(),
                "CC=" + compiler,
                "HOSTCC=" + compiler,
                "KCFLAGS=" + SECTIONS + debugInformation,
                "KAFLAGS=" + debugInformation.strip()));
        if (config.text("CONFIG_RUSTC_VERSION").filter("0"::equals).isPresent()) {
            variables.add("RUSTC=" + NO_RUST_COMPILER);
        }
        variables.addAll(DelayedObjtool.variables(config));
        return variables;
    }

    private static String digest(
            TargetKernel target, KernelSource source, Toolchain toolchain, List<String> variables) {
        List<String> key = new ArrayList<>();
        key.add(KernelCache.FORMAT);
        key.add(source.sha256());
        key.add(Digests.of(target.config()));
        key.add(Digests.of(target.symvers()));
        key.addAll(variables);
        key.addAll(new TreeMap<>(ENVIRONMENT).values());
        key.add(toolchain.compiler().version());
        key.add(toolchain.compiler().comment());
        toolchain.tools().stream()
                .filter(tool -> SHAPING_TOOLS.contains(tool.name()))
                .forEach(tool -> key.add(tool.name() + " " + tool.version()));
        return Digests.of(key);
    }

    private static void configure(Make make, TargetKernel target, KernelConfig given) {
        Path config = make.tree.resolve(".config");
        Folders.doing(config, () -> Files.copy(target.config(), config));
        make.run("Configuring the tree", List.of("olddefconfig"));
        KernelConfig made = KernelConfig.parse(".config", Folders.doing(config, () -> Files.readAllBytes(config)));
        ConfigRules.checkUnchanged(given, made);
    }

    /** A module is refused by the kernel when its vermagic does not begin with the very release. */
    private static void checkRelease(Path tree, TargetKernel target) {
        Path header = tree.resolve("include/generated/utsrelease.h");
        String text = Folders.doing(header, () -> Files.readString(header, StandardCharsets.US_ASCII));
        if (!text.contains("\"" + target.release() + "\"")) {
            throw ProblemException.input(
                    ProblemCode.VERMAGIC_MISMATCH,
                    "include/generated/utsrelease.h",
                    "The tree says " + text.strip() + ", the kernel is " + target.release() + ".");
        }
    }

    /** Runs make in one tree. */
    private final class Make {
        private final Path tree;
        private final List<String> variables;
        private final int jobs;

        Make(Path tree, List<String> variables, int jobs) {
            this.tree = tree;
            this.variables = variables;
            this.jobs = jobs;
        }

        void run(String title, List<String> goals) {
            List<String> line = new ArrayList<>(List.of("make", "-j" + jobs));
            line.addAll(variables);
            line.addAll(goals);
            Path log = tree.resolveSibling(LOG);
            Command command = new Command(line, tree, ENVIRONMENT, Optional.of(log), Optional.empty());
            CommandResult result;
            try (Progress.Task task = progress.start(title, -1, "lines of output")) {
                result = runner.run(command, output -> task.advance(1));
            }
            if (!result.succeeded()) {
                throw failed(title, result);
            }
        }

        private ProblemException failed(String title, CommandResult result) {
            List<String> output = result.output();
            String first = output.stream()
                    .filter(text -> ERROR.matcher(text).matches())
                    .findFirst()
                    .orElse("no error line");
            List<String> last = output.subList(Math.max(0, output.size() - SHOWN_LINES), output.size());
            return ProblemException.input(new Problem(
                    ProblemCode.TOOL_FAILED,
                    title,
                    "make ended with code " + result.exitCode() + "; the first error: " + first + "\n"
                            + String.join("\n", last) + "\n",
                    ProblemCode.TOOL_FAILED.cure()));
        }
    }
}
