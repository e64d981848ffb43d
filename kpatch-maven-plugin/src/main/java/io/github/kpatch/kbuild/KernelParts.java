package io.github.kpatch.kbuild;

import io.github.kpatch.kernel.KernelObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What kbuild makes of some folders of a tree, and of nothing else, in its own words: asking about the whole kernel takes
 * minutes, and a patch that adds a file concerns a folder.
 *
 * @param parents for each object, named as kbuild names it, the kernel objects it is linked into
 * @param archived the members of the folders' {@code lib.a}
 */
record KernelParts(SortedMap<String, SortedSet<KernelObject>> parents, SortedSet<String> archived) {
    private static final List<String> MAKEFILES = List.of("Kbuild", "Makefile");

    KernelParts {
        parents = Collections.unmodifiableSortedMap(new TreeMap<>(parents));
        archived = Collections.unmodifiableSortedSet(new TreeSet<>(archived));
    }

    /** What kbuild said of folders, and which of them become part of vmlinux. */
    static final class Answers {
        private final AskKbuild ask;
        private final PrivateView view;
        private final Map<String, FolderGoals> goals = new HashMap<>();
        private Set<String> roots = Set.of();

        Answers(AskKbuild ask, PrivateView view) {
            this.ask = ask;
            this.view = view;
        }

        /** Asks about folders, and about those above them, which say whether they belong to the kernel at all. */
        void begin(Collection<String> folders) {
            roots = Set.copyOf(ask.roots().stream().map(Answers::plain).toList());
            learn(folders.stream()
                    .flatMap(folder -> Stream.concat(above(folder), Stream.of(folder)))
                    .distinct()
                    .sorted()
                    .toList());
        }

        /** Asks about those of the folders that have a makefile and were not asked about. */
        void learn(Collection<String> folders) {
            List<String> unknown = folders.stream()
                    .filter(folder -> !goals.containsKey(folder))
                    .filter(this::hasMakefile)
                    .toList();
            if (!unknown.isEmpty()) {
                goals.putAll(ask.folders(unknown));
            }
        }

        /** What kbuild makes of a folder; nothing where it has no makefile. */
        FolderGoals of(String folder) {
            return goals.getOrDefault(folder, FolderGoals.NONE);
        }

        /** The subfolders that kbuild goes on to, each with whether what is built in there becomes built in here. */
        SortedMap<String, Boolean> below(String folder) {
            SortedMap<String, Boolean> below = new TreeMap<>();
            Set<String> builtIn = Set.copyOf(of(folder).builtIn());
            of(folder).folders().forEach(name -> below.put(plain(name), builtIn.contains(name + "/built-in.a")));
            return below;
        }

        /** Whether kbuild comes to a folder. */
        boolean isReached(String folder) {
            return roots.contains(folder)
                    || above(folder).anyMatch(it -> below(it).containsKey(folder) && isReached(it));
        }

        /** Whether what is built in there becomes part of vmlinux. */
        boolean isBuiltIn(String folder) {
            return roots.contains(folder)
                    || above(folder).anyMatch(it -> below(it).getOrDefault(folder, false) && isBuiltIn(it));
        }

        private boolean hasMakefile(String folder) {
            return MAKEFILES.stream().anyMatch(name -> Files.isRegularFile(view.file(folder + "/" + name)));
        }

        /** The folders that lead to one, the top of the tree included. */
        private static Stream<String> above(String folder) {
            List<String> above = new ArrayList<>();
            if (!folder.equals(".")) {
                for (Path path = Path.of(folder).getParent(); path != null; path = path.getParent()) {
                    above.add(path.toString());
                }
                above.add(".");
            }
            return above.stream();
        }

        private static String plain(String folder) {
            String plain = Path.of(folder).normalize().toString();
            return plain.isEmpty() ? "." : plain;
        }
    }

    /**
     * What is made of some folders, but nothing of what is below them.
     *
     * @param whole folders of which all that is below them counts too
     */
    static KernelParts of(Collection<String> folders, Collection<String> whole, Answers answers) {
        SortedMap<String, SortedSet<KernelObject>> parents = new TreeMap<>();
        SortedSet<String> archived = new TreeSet<>();
        Set<String> seen = new TreeSet<>();
        Deque<String> toVisit = new ArrayDeque<>(folders);
        toVisit.addAll(whole);
        Set<String> all = new TreeSet<>(whole);
        while (!toVisit.isEmpty()) {
            String folder = toVisit.remove();
            if (!seen.add(folder) || !answers.isReached(folder)) {
                continue;
            }
            FolderGoals goals = answers.of(folder);
            if (answers.isBuiltIn(folder)) {
                goals.builtIn().forEach(name -> add(parents, name, KernelObject.VMLINUX));
            }
            archived.addAll(goals.library());
            goals.modules()
                    .forEach((module, members) -> KernelContents.objectsOf(module, members)
                            .forEach(name -> add(parents, name, KernelContents.moduleNamed(module))));
            if (all.contains(folder)) {
                Set<String> below = answers.below(folder).keySet();
                answers.learn(below);
                all.addAll(below);
                toVisit.addAll(below);
            }
        }
        return new KernelParts(parents, archived);
    }

    /** The kernel objects that have a part here. */
    Set<KernelObject> kernelObjects() {
        return parents.values().stream().flatMap(Set::stream).collect(Collectors.toSet());
    }

    private static void add(SortedMap<String, SortedSet<KernelObject>> parents, String name, KernelObject parent) {
        if (name.endsWith(".o")) {
            parents.computeIfAbsent(name, added -> new TreeSet<>()).add(parent);
        }
    }
}
