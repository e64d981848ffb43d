package io.github.kpatch.kbuild;

import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.source.TargetFacts;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a header reaches is looked for among the objects that kbuild names, so one that it does not name would be left out
 * in silence. The target's own symbol table names the source of every object in it: all of them must be there.
 */
public final class CheckContents {
    /** Made when vmlinux is linked, of nothing that a patch can change. */
    private static final Set<String> MADE_BY_LINKING = Set.of(".vmlinux.export.c", "version-timestamp.c");

    private CheckContents() {}

    /** A finding for each source of the target's vmlinux of which kbuild names no object; one where vmlinux names none. */
    public static List<Problem> of(KernelContents contents, TargetFacts facts) {
        if (facts.linked(KernelObject.VMLINUX.name()).isPresent()) {
            return List.of(new Problem(
                    ProblemCode.CONTENTS_UNKNOWN,
                    KernelObject.VMLINUX.name(),
                    "As it is shipped it does not name its sources, so that an object which the header reaches could be"
                            + " left out unseen.",
                    "Set kpatch.debugPackage to always for patches of headers."));
        }
        Set<String> named = contents.parents().keySet().stream()
                .map(object -> KernelContents.stem(Path.of(object).getFileName().toString()))
                .collect(Collectors.toSet());
        return facts.symbols(KernelObject.VMLINUX.name()).entries().stream()
                .filter(entry -> entry.isFile() && entry.name().endsWith(".c"))
                .map(entry -> entry.name())
                .filter(file -> !MADE_BY_LINKING.contains(file) && !named.contains(KernelContents.stem(file)))
                .distinct()
                .map(file -> Problem.of(
                        ProblemCode.CONTENTS_UNKNOWN,
                        file,
                        "The target's vmlinux holds code of it, and kbuild names no object of it."))
                .toList();
    }
}
