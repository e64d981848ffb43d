package io.github.kpatch.source;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.Architectures;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a kernel's config must say before anything is built. The kernel refuses to load a live patch, or takes it and
 * never finishes the transition, when these options are not as they should be; and an option that {@code olddefconfig}
 * drops unseen can change {@code struct module}, after which loading the module crashes the machine.
 */
final class ConfigRules {
    /** Needed by the livepatch core or by symbol lookup. */
    private static final Map<String, String> NEEDED = new TreeMap<>(Map.of(
            "CONFIG_LIVEPATCH", "it is the kernel's live patching",
            "CONFIG_MODULES", "a live patch is a module",
            "CONFIG_KALLSYMS_ALL", "variables are looked up through it"));

    /** Of each list one entry is needed: the options that are named in it together. */
    private static final Map<String, List<Set<String>>> ONE_NEEDED = new TreeMap<>(Map.of(
            "functions are redirected by ftrace",
            List.of(Set.of("CONFIG_DYNAMIC_FTRACE_WITH_REGS"), Set.of("CONFIG_DYNAMIC_FTRACE_WITH_ARGS")),
            "the transition needs reliable stack traces",
            List.of(
                    Set.of("CONFIG_HAVE_RELIABLE_STACKTRACE"),
                    Set.of("CONFIG_UNWINDER_ORC"),
                    new TreeSet<>(List.of("CONFIG_STACK_VALIDATION", "CONFIG_UNWINDER_FRAME_POINTER")))));

    private static final String LTO = "objects hold the compiler's intermediate code";

    private static final String CFI = "each function has the hash of its type before it, which the kernel checks and"
            + " rewrites, and a patch would not carry it";

    private static final String RANDOM_LAYOUT = "structures are laid out at random";

    /**
     * Why kernels with an option are refused.
     *
     * @param reason what of them is not understood
     * @param instead what a kernel would have to be built with
     */
    private record Unsupported(String reason, String instead) {}

    private static final Map<String, Unsupported> UNSUPPORTED = new TreeMap<>(Map.ofEntries(
            Map.entry("CONFIG_LTO_CLANG", new Unsupported(LTO, "CONFIG_LTO_NONE")),
            Map.entry("CONFIG_LTO_GCC", new Unsupported(LTO, "no link-time optimization")),
            Map.entry("CONFIG_CC_IS_CLANG", new Unsupported("objects of Clang are not understood yet", "GCC")),
            Map.entry("CONFIG_CFI_CLANG", new Unsupported(CFI, "no control-flow integrity of the compiler")),
            Map.entry("CONFIG_CFI", new Unsupported(CFI, "no control-flow integrity of the compiler")),
            Map.entry(
                    "CONFIG_DEBUG_INFO_SPLIT",
                    new Unsupported("debug information is not in vmlinux", "debug information in vmlinux")),
            Map.entry("CONFIG_RANDSTRUCT", new Unsupported(RANDOM_LAYOUT, "CONFIG_RANDSTRUCT_NONE")),
            Map.entry("CONFIG_GCC_PLUGIN_RANDSTRUCT", new Unsupported(RANDOM_LAYOUT, "CONFIG_RANDSTRUCT_NONE")),
            Map.entry(
                    "CONFIG_GENDWARFKSYMS",
                    new Unsupported(
                            "versions of symbols come from debug information, which objects here are built without",
                            "CONFIG_GENKSYMS")),
            Map.entry(
                    "CONFIG_GCC_PLUGIN_LATENT_ENTROPY",
                    new Unsupported("each compilation gives other code", "no latent entropy plugin"))));

    /** Keys and salts of whoever built the kernel, and the versions of tools; no structure depends on them. */
    private static final Set<String> FREE = Set.of(
            "CONFIG_BUILD_SALT",
            "CONFIG_MODULE_SIG_ALL",
            "CONFIG_MODULE_SIG_KEY",
            "CONFIG_SYSTEM_TRUSTED_KEYS",
            "CONFIG_CC_VERSION_TEXT",
            "CONFIG_RUSTC_VERSION_TEXT",
            "CONFIG_BINDGEN_VERSION_TEXT",
            "CONFIG_GCC_VERSION",
            "CONFIG_CLANG_VERSION",
            "CONFIG_AS_VERSION",
            "CONFIG_LD_VERSION",
            "CONFIG_LLD_VERSION",
            "CONFIG_PAHOLE_VERSION");

    private ConfigRules() {}

    /** Refuses a kernel that cannot be live-patched, or not by this version; names every option at once. */
    static void checkPreconditions(String where, KernelConfig config) {
        List<Problem> problems = new ArrayList<>();
        if (Architectures.of(config).isEmpty()) {
            problems.add(Problem.of(
                    ProblemCode.KERNEL_OPTION_UNSUPPORTED,
                    where,
                    Architectures.ALL.stream().map(Architecture::configOption).collect(Collectors.joining(", "))
                            + " is not set, and this version patches "
                            + Architectures.ALL.stream().map(Architecture::name).collect(Collectors.joining(", "))
                            + " kernels only."));
        }
        NEEDED.forEach((option, reason) -> {
            if (!config.isEnabled(option)) {
                problems.add(
                        Problem.of(ProblemCode.KERNEL_OPTION_MISSING, where, option + " is not set: " + reason + "."));
            }
        });
        ONE_NEEDED.forEach((reason, options) -> {
            if (options.stream().noneMatch(together -> together.stream().allMatch(config::isEnabled))) {
                problems.add(Problem.of(
                        ProblemCode.KERNEL_OPTION_MISSING,
                        where,
                        "None of "
                                + options.stream()
                                        .map(together -> String.join(" with ", together))
                                        .collect(Collectors.joining(", "))
                                + " is set: " + reason + "."));
            }
        });
        UNSUPPORTED.forEach((option, refusal) -> {
            if (config.isEnabled(option)) {
                problems.add(Problem.of(
                        ProblemCode.KERNEL_OPTION_UNSUPPORTED,
                        where,
                        option + " is set: " + refusal.reason() + ". The kernel would have to be built with "
                                + refusal.instead() + "."));
            }
        });
        if (config.isEnabled("CONFIG_EXTENDED_MODVERSIONS") && !config.isEnabled("CONFIG_BASIC_MODVERSIONS")) {
            problems.add(Problem.of(
                    ProblemCode.KERNEL_OPTION_UNSUPPORTED,
                    where,
                    "CONFIG_EXTENDED_MODVERSIONS is set without CONFIG_BASIC_MODVERSIONS: modules say in a form that is not"
                            + " read yet which versions of symbols they were built with. The kernel would have to be built with"
                            + " CONFIG_BASIC_MODVERSIONS as well."));
        }
        if (!problems.isEmpty()) {
            throw ProblemException.inputs(problems);
        }
    }

    /**
     * Refuses a tree that made another config of the one it was given.
     *
     * @param given what the kernel was built with
     * @param made what {@code make olddefconfig} made of it
     */
    static void checkUnchanged(KernelConfig given, KernelConfig made) {
        List<Problem> problems = new ArrayList<>();
        for (KernelConfig.Difference difference : given.differencesTo(made)) {
            if (!FREE.contains(difference.option())) {
                problems.add(Problem.of(
                        ProblemCode.CONFIG_CHANGED,
                        difference.option(),
                        "The target kernel has " + difference.here().orElse("it not set")
                                + ", the source tree makes it "
                                + difference.there().orElse("not set") + "; likely "
                                + likelyCause(difference.option()) + "."));
            }
        }
        if (!problems.isEmpty()) {
            throw ProblemException.inputs(problems);
        }
    }

    /**
     * Refuses a project's config that is not the target's.
     *
     * @param project the project's {@code kernel.config}
     * @param target the target kernel's config
     */
    static void checkSame(String where, KernelConfig project, KernelConfig target) {
        List<Problem> problems = new ArrayList<>();
        for (KernelConfig.Difference difference : project.differencesTo(target)) {
            problems.add(Problem.of(
                    ProblemCode.CONFIG_DIFFERS,
                    where + ", " + difference.option(),
                    "The project has " + difference.here().orElse("it not set") + ", the target kernel has "
                            + difference.there().orElse("it not set") + "."));
        }
        if (!problems.isEmpty()) {
            throw ProblemException.inputs(problems);
        }
    }

    private static String likelyCause(String option) {
        String name = option.substring("CONFIG_".length());
        if (name.contains("BTF") || name.contains("PAHOLE")) {
            return "pahole is missing or too old (Debian package dwarves)";
        }
        if (name.contains("RUST") || name.contains("BINDGEN")) {
            return "the Rust compiler the kernel was built with is missing";
        }
        if (name.startsWith("CC_") || name.startsWith("GCC_") || name.contains("_CC_") || name.contains("PLUGIN")) {
            return "the compiler, or its plugin headers, is not the one the kernel was built with";
        }
        if (name.startsWith("AS_") || name.startsWith("LD_") || name.startsWith("TOOLS_")) {
            return "the binutils are not those the kernel was built with";
        }
        return "the source is not that of the kernel, or was changed";
    }
}
