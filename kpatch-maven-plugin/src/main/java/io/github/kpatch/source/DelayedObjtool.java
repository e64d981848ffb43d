package io.github.kpatch.source;

import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Lets objtool finish each object by itself in kernels that leave it until everything is linked. With {@code
 * CONFIG_X86_KERNEL_IBT} kbuild runs objtool on {@code vmlinux.o} and on linked modules only, because what it seals depends
 * on who takes a function's address anywhere in them; with {@code CONFIG_KLP_BUILD}, because the kernel's own tool for live
 * patches compares whole kernels. An object by itself then has no unwind data, no return sites and no static calls, and a
 * patch made of it could not be unwound.
 *
 * <p>Two variables of kbuild's own undo that: one asks for the ordinary rule, the other takes {@code --ibt} out of its
 * list, which objtool accepts at a link only. They must be given at the link of the module too: objtool would find there
 * what the patched objects bring and not process the module's own code.
 *
 * <p>Neither is a documented interface, so the tree is asked whether it has them. Source: {@code scripts/Makefile.lib}
 * since 6.3.
 */
final class DelayedObjtool {
    private static final String RULES = "scripts/Makefile.lib";

    private static final List<String> DELAYING = List.of("CONFIG_X86_KERNEL_IBT", "CONFIG_KLP_BUILD");

    private static final List<Pattern> EXPECTED = List.of(
            Pattern.compile("(?m)^delay-objtool\\s*:=.*CONFIG_X86_KERNEL_IBT"),
            Pattern.compile("(?m)^objtool-args\\s*=\\s*\\$\\(objtool-args-y\\)"),
            Pattern.compile("(?m)^objtool-args-\\$\\(CONFIG_X86_KERNEL_IBT\\)\\s*\\+=\\s*--ibt\\s*$"),
            Pattern.compile("\\$\\(objtool-args\\)"),
            Pattern.compile("\\$\\(delay-objtool\\)"));

    private DelayedObjtool() {}

    /** What make must be told besides, as it reads it; nothing for kernels that process objects one by one. */
    static List<String> variables(KernelConfig config) {
        return DELAYING.stream().anyMatch(config::isEnabled)
                ? List.of(
                        "delay-objtool=",
                        "objtool-args=$(filter-out --ibt,$(objtool-args-y)) $(if $(part-of-module),--module)")
                : List.of();
    }

    /**
     * Refuses a tree whose rules do not know these variables.
     *
     * @throws ProblemException with {@link ProblemCode#OBJTOOL_RULES_UNKNOWN}
     */
    static void check(Path tree, KernelConfig config) {
        if (variables(config).isEmpty()) {
            return;
        }
        Path rules = tree.resolve(RULES);
        String text = Folders.doing(
                rules, () -> Files.isRegularFile(rules) ? Files.readString(rules, StandardCharsets.ISO_8859_1) : "");
        for (Pattern expected : EXPECTED) {
            if (!expected.matcher(text).find()) {
                throw ProblemException.input(
                        ProblemCode.OBJTOOL_RULES_UNKNOWN,
                        RULES,
                        String.join(" or ", DELAYING) + " is set, and the file holds no line like " + expected + ".");
            }
        }
    }
}
