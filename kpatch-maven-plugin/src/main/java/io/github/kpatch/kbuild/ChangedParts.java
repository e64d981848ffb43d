package io.github.kpatch.kbuild;

import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a patch that adds, deletes or renames files, or changes makefiles, does to the objects that the kernel is made of.
 * Makefiles compute names and ask the config, so kbuild itself is asked what it makes of the folders concerned, before
 * and after.
 *
 * @param added objects that a kernel object gets, with that
 * @param removed objects that a kernel object loses, with that
 * @param recompiled objects that stay and that may be compiled by another command, sorted
 * @param problems what of it a running kernel cannot follow
 */
public record ChangedParts(
        SortedMap<String, KernelObject> added,
        SortedMap<String, KernelObject> removed,
        List<String> recompiled,
        List<Problem> problems) {
    /** No change. */
    public static final ChangedParts NONE = new ChangedParts(new TreeMap<>(), new TreeMap<>(), List.of(), List.of());

    private static final String KEEP =
            "Keep what the kernel is made of as it is, and change the functions of what is there.";

    /** Puts the objects in order. */
    public ChangedParts {
        added = Collections.unmodifiableSortedMap(new TreeMap<>(added));
        removed = Collections.unmodifiableSortedMap(new TreeMap<>(removed));
        recompiled = List.copyOf(recompiled);
        problems = List.copyOf(problems);
    }

    /** A tree that kbuild is asked about. */
    public record Side(AskKbuild ask, PrivateView view) {
        private KernelParts.Answers answers(Collection<String> folders) {
            KernelParts.Answers answers = new KernelParts.Answers(ask, view);
            answers.begin(folders);
            return answers;
        }

        private String makefile(String folder) {
            return Makefiles.text(view.root(), view.file(folder));
        }
    }

    /**
     * Asks.
     *
     * @param makefiles the makefiles that the patch changes, adds or deletes, relative to the tree
     * @param sources the {@code .c} files that it adds or deletes, relative to the tree
     * @param original the tree as it was
     * @param patched the tree as the patch leaves it
     */
    public static ChangedParts between(
            Collection<String> makefiles, Collection<String> sources, Side original, Side patched) {
        Set<String> changed = new TreeSet<>();
        makefiles.forEach(file -> changed.add(folderOf(file)));
        Set<String> folders = new TreeSet<>(changed);
        for (Side side : List.of(original, patched)) {
            sources.forEach(source ->
                    Makefiles.nearest(side.view().root(), source).ifPresent(path -> folders.add(path.toString())));
        }
        folders.remove("");
        KernelParts.Answers before = original.answers(folders);
        KernelParts.Answers after = patched.answers(folders);
        Set<String> whole = new TreeSet<>();
        for (String folder : folders) {
            whole.addAll(otherwiseBelow(before.below(folder), after.below(folder)));
            whole.addAll(otherwiseBelow(after.below(folder), before.below(folder)));
        }
        before.learn(whole);
        after.learn(whole);
        KernelParts was = KernelParts.of(folders, whole, before);
        KernelParts is = KernelParts.of(folders, whole, after);
        SortedSet<String> recompiled = new TreeSet<>();
        for (String folder : changed) {
            MakefileChange change = MakefileChange.between(original.makefile(folder), patched.makefile(folder));
            if (change != MakefileChange.GOALS) {
                List<String> one = List.of(folder);
                List<String> below = change == MakefileChange.BELOW ? one : List.of();
                Set<String> staying = new TreeSet<>(
                        KernelParts.of(one, below, before).parents().keySet());
                staying.retainAll(KernelParts.of(one, below, after).parents().keySet());
                recompiled.addAll(staying);
            }
        }
        ChangedParts parts = judged(was, is, List.copyOf(recompiled));
        List<Problem> problems = new ArrayList<>(parts.problems());
        for (String source : sources) {
            boolean gone = !Files.isRegularFile(patched.view().file(source));
            is.parents().keySet().stream()
                    .filter(object ->
                            gone && Path.of(object).normalize().toString().equals(CompiledSources.objectOf(source)))
                    .map(object -> new Problem(
                            ProblemCode.COMPILE_FAILED,
                            source,
                            "The patch takes it away, and kbuild goes on to make " + object + " of it.",
                            "Take the object out of the folder's makefile as well."))
                    .forEach(problems::add);
        }
        return new ChangedParts(parts.added(), parts.removed(), parts.recompiled(), problems);
    }

    private static Set<String> otherwiseBelow(Map<String, Boolean> here, Map<String, Boolean> there) {
        return here.entrySet().stream()
                .filter(below -> !Objects.equals(there.get(below.getKey()), below.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private static ChangedParts judged(KernelParts was, KernelParts is, List<String> recompiled) {
        SortedMap<String, KernelObject> added = new TreeMap<>();
        SortedMap<String, KernelObject> removed = new TreeMap<>();
        List<Problem> problems = new ArrayList<>();
        Set<String> all = new TreeSet<>(was.parents().keySet());
        all.addAll(is.parents().keySet());
        for (String object : all) {
            SortedSet<KernelObject> before = was.parents().getOrDefault(object, new TreeSet<>());
            SortedSet<KernelObject> after = is.parents().getOrDefault(object, new TreeSet<>());
            if (before.equals(after)) {
                continue;
            }
            if (before.size() + after.size() == 1) {
                (before.isEmpty() ? added : removed)
                        .put(
                                object,
                                Stream.concat(before.stream(), after.stream())
                                        .findFirst()
                                        .orElseThrow());
            } else {
                problems.add(new Problem(
                        ProblemCode.PARTS_CHANGED,
                        object,
                        "The patch makes it part of %s, and it was part of %s.".formatted(text(after), text(before)),
                        KEEP));
            }
        }
        problems.addAll(otherKernelObjects(
                added,
                was,
                "The patch adds the module %s, which is not in the kernel, so that nothing of it can be replaced.",
                "Build the new module by itself against the kernel's headers package, and leave it out of the patch."));
        problems.addAll(otherKernelObjects(
                removed,
                is,
                "The patch takes the module %s away as a whole, which a live patch cannot do.",
                "Unload the module and keep it from being loaded (a line \"blacklist\" in modprobe.d), and leave that"
                        + " out of the patch."));
        SortedSet<String> archived = new TreeSet<>(was.archived());
        archived.addAll(is.archived());
        archived.removeIf(
                member -> was.archived().contains(member) && is.archived().contains(member));
        archived.forEach(member -> problems.add(new Problem(
                ProblemCode.PARTS_CHANGED,
                member,
                "The patch adds it to the members of an archive (lib-y) or takes it from them; only needed ones reach"
                        + " the kernel.",
                KEEP)));
        return new ChangedParts(added, removed, recompiled, problems);
    }

    private static List<Problem> otherKernelObjects(
            SortedMap<String, KernelObject> objects, KernelParts other, String what, String cure) {
        Set<KernelObject> known = other.kernelObjects();
        List<KernelObject> unknown = objects.values().stream()
                .filter(parent -> parent.isModule() && !known.contains(parent))
                .distinct()
                .sorted()
                .toList();
        List<Problem> problems = new ArrayList<>();
        for (KernelObject module : unknown) {
            String where = objects.entrySet().stream()
                    .filter(object -> object.getValue().equals(module))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.joining(", "));
            problems.add(new Problem(ProblemCode.PARTS_CHANGED, where, what.formatted(module), cure));
        }
        objects.values().removeAll(unknown);
        return problems;
    }

    private static String text(SortedSet<KernelObject> parents) {
        return parents.isEmpty()
                ? "nothing"
                : parents.stream().map(KernelObject::name).collect(Collectors.joining(", "));
    }

    private static String folderOf(String file) {
        Path parent = Path.of(file).getParent();
        return parent == null ? "." : parent.toString();
    }
}
