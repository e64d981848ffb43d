package io.github.kpatch.kbuild;

import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * A Kconfig file says which options there are and what they are where nobody says otherwise. The running kernel was built
 * with its own; so kconfig is asked what the patched files make of it, and no option may become another.
 */
public final class CheckConfigKept {
    private CheckConfigKept() {}

    /**
     * The options that would become others; empty where the configuration stays as it is.
     *
     * @param changed the Kconfig files that the patch changes, adds or deletes
     * @param tree the prepared tree, with its configuration
     */
    public static List<Problem> of(
            Collection<String> changed, ChangedParts.Side original, ChangedParts.Side patched, Path tree) {
        Path file = tree.resolve(".config");
        byte[] config = Folders.doing(file, () -> Files.readAllBytes(file));
        KernelConfig before = original.ask().config(config);
        KernelConfig after = patched.ask().config(config);
        return before.differencesTo(after).stream()
                .map(difference -> Problem.of(
                        ProblemCode.CONFIG_SHAPED,
                        String.join(", ", changed),
                        "%s is %s in the running kernel, and would be %s."
                                .formatted(
                                        difference.option(),
                                        difference.here().orElse("not set"),
                                        difference.there().orElse("not set"))))
                .toList();
    }
}
