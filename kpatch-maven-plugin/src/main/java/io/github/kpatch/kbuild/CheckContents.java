package io.github.kpatch.kbuild;

import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a header reaches is looked for among the objects that kbuild names, so one that it does not name would be left out
 * in silence. The target bears witness against that: what it exports comes from sources whose text says so, and each of
 * these must be in an object of whom exports it; and where its symbol table names the source of every object, all of them
 * must be there.
 */
public final class CheckContents {
    /** Made when vmlinux is linked, of nothing that a patch can change. */
    private static final Set<String> MADE_BY_LINKING = Set.of(".vmlinux.export.c", "version-timestamp.c");

    private CheckContents() {}

    /**
     * A finding for each source of the target of which kbuild names no object; one where the target bears no witness.
     *
     * @param includes who can include whom in the same tree
     * @param symvers what the target exports
     * @param vmlinux the target's symbols; without FILE symbols where it is known as it is shipped
     */
    public static List<Problem> of(
            KernelContents contents, Includes includes, ModuleSymvers symvers, ParentSymbols vmlinux) {
        boolean silent = symvers.exports().stream().noneMatch(CheckContents::isOfVmlinux)
                && vmlinux.entries().stream().noneMatch(entry -> entry.isFile());
        if (silent) {
            return List.of(new Problem(
                    ProblemCode.CONTENTS_UNKNOWN,
                    KernelObject.VMLINUX.name(),
                    "It names neither its sources nor what it exports, so that an object which the header reaches could be"
                            + " left out unseen.",
                    "Give the kernel's Module.symvers, or set kpatch.debugPackage to always for patches of headers."));
        }
        List<Problem> problems = new ArrayList<>(exporters(contents, includes, symvers));
        problems.addAll(sources(contents, vmlinux));
        return List.copyOf(problems);
    }

    private static boolean isOfVmlinux(ModuleSymvers.Export export) {
        return export.owner().equals(KernelObject.VMLINUX.name());
    }

    private static List<Problem> exporters(KernelContents contents, Includes includes, ModuleSymvers symvers) {
        Map<String, List<String>> exporters = includes.exporters();
        Map<String, List<String>> byStem = contents.byStem();
        List<ModuleSymvers.Export> unseen = symvers.exports().stream()
                .filter(export -> exporters.containsKey(export.symbol()))
                .filter(export -> !areIn(export.owner(), exporters.get(export.symbol()), contents, byStem))
                .toList();
        if (unseen.isEmpty()) {
            return List.of();
        }
        // A file that exports may be included by the one that is compiled.
        Function<Collection<String>, Set<String>> reaching = includes.reachingSomeOf(unseen.stream()
                .flatMap(export -> exporters.get(export.symbol()).stream())
                .collect(Collectors.toSet()));
        SortedMap<String, Problem> problems = new TreeMap<>();
        for (ModuleSymvers.Export export : unseen) {
            List<String> files = exporters.get(export.symbol());
            if (!areIn(export.owner(), reaching.apply(files), contents, byStem)) {
                problems.putIfAbsent(
                        export.owner() + ", " + files.get(0),
                        Problem.of(
                                ProblemCode.CONTENTS_UNKNOWN,
                                files.get(0),
                                "The target's " + export.owner() + " exports " + export.symbol() + " of it, and kbuild"
                                        + " names no object of it there."));
            }
        }
        return List.copyOf(problems.values());
    }

    /** Whether any of some files is compiled into an object of {@code owner}. */
    private static boolean areIn(
            String owner, Collection<String> files, KernelContents contents, Map<String, List<String>> byStem) {
        return files.stream()
                .flatMap(file -> byStem.getOrDefault(KernelContents.stem(file), List.of()).stream())
                .flatMap(object -> contents.parents().get(object).stream())
                .anyMatch(parent -> parent.name().equals(owner));
    }

    private static List<Problem> sources(KernelContents contents, ParentSymbols vmlinux) {
        Set<String> named = contents.parents().keySet().stream()
                .map(object -> KernelContents.stem(Path.of(object).getFileName().toString()))
                .collect(Collectors.toSet());
        return vmlinux.entries().stream()
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
