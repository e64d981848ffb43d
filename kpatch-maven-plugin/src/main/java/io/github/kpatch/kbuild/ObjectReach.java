package io.github.kpatch.kbuild;

import io.github.kpatch.kernel.KernelObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which objects of the target kernel a patch can reach: those that are compiled from a changed file, or from one that can
 * include a changed file. An object that was compiled before has the compiler's own list of what went into it, which then
 * counts instead of what the text allows.
 *
 * <p>Some objects are made of more than source: their C file is made by a program during the build, or they take in
 * whole files ({@code .incbin}), as the images of the vDSO and of real-mode code. Such an object is reached where
 * anything in its folder is reached that is not compiled into an object of the kernel by itself.
 *
 * @param objects as kbuild names them, sorted
 * @param parents the kernel objects that hold them, each with how many
 * @param unbuilt changed files that no object of the target kernel is made of, sorted
 */
public record ObjectReach(List<String> objects, SortedMap<KernelObject, Integer> parents, List<String> unbuilt) {
    private static final int SHOWN_PARENTS = 8;

    private static final List<String> COMPILED = List.of(".c", ".S");

    public ObjectReach {
        objects = List.copyOf(objects);
        parents = Collections.unmodifiableSortedMap(new TreeMap<>(parents));
        unbuilt = List.copyOf(unbuilt);
    }

    /**
     * Finds them.
     *
     * @param changed the files that a patch changes, adds or deletes, relative to the tree
     * @param originals objects that were compiled before
     */
    public static ObjectReach of(
            Collection<String> changed, KernelContents contents, Includes includes, OriginalObjects originals) {
        Function<Collection<String>, Set<String>> reaching = includes.reachingSomeOf(changed);
        Set<String> reached = reaching.apply(changed);
        Map<String, List<String>> byStem = contents.byStem();
        Set<String> besides = foldersOf(reached.stream()
                .filter(file -> !byStem.containsKey(KernelContents.stem(file)) && COMPILED.contains(ending(file))));
        SortedSet<String> objects = new TreeSet<>();
        byStem.forEach((stem, names) -> {
            List<String> sources = COMPILED.stream()
                    .map(ending -> stem + ending)
                    .filter(source -> includes.files().containsKey(source) || changed.contains(source))
                    .toList();
            boolean compiled = sources.stream().anyMatch(reached::contains);
            boolean madeOfMore = sources.isEmpty() || sources.stream().anyMatch(includes::embeds);
            boolean mayBeMadeOfReached = madeOfMore && besides.contains(folderOf(stem));
            for (String name : names) {
                if (mayBeMadeOfReached
                        || ((compiled || sources.isEmpty()) && !isKnownNotToHold(changed, includes, name, originals))) {
                    objects.add(name);
                }
            }
        });
        return new ObjectReach(
                List.copyOf(objects), parentsOf(objects, contents), unbuilt(changed, reaching, byStem.keySet()));
    }

    /** What can be reached, in one line. */
    public String story() {
        String kernelObjects = parents.entrySet().stream()
                .limit(SHOWN_PARENTS)
                .map(parent -> parent.getKey() + " " + parent.getValue())
                .collect(Collectors.joining(", "));
        return "The patch can reach %d %s of %d kernel %s: %s%s"
                .formatted(
                        objects.size(),
                        objects.size() == 1 ? "object" : "objects",
                        parents.size(),
                        parents.size() == 1 ? "object" : "objects",
                        kernelObjects,
                        parents.size() > SHOWN_PARENTS ? ", …" : "");
    }

    /** The folders of files, and those above them. */
    private static Set<String> foldersOf(Stream<String> files) {
        Set<String> folders = new HashSet<>();
        files.forEach(file -> {
            for (String folder = folderOf(file); !folder.isEmpty() && folders.add(folder); ) {
                folder = folderOf(folder);
            }
        });
        return folders;
    }

    private static boolean isKnownNotToHold(
            Collection<String> changed, Includes includes, String object, OriginalObjects originals) {
        // What was compiled before did not look into files that were not there.
        if (!includes.files().keySet().containsAll(changed)) {
            return false;
        }
        Set<String> compiledFrom = originals
                .find(object)
                .map(original -> original.record().compiledFrom())
                .orElse(Set.of());
        return !compiledFrom.isEmpty() && Collections.disjoint(compiledFrom, changed);
    }

    private static SortedMap<KernelObject, Integer> parentsOf(Collection<String> objects, KernelContents contents) {
        SortedMap<KernelObject, Integer> parents = new TreeMap<>();
        objects.forEach(
                object -> contents.parents().get(object).forEach(parent -> parents.merge(parent, 1, Integer::sum)));
        return parents;
    }

    private static List<String> unbuilt(
            Collection<String> changed, Function<Collection<String>, Set<String>> reaching, Set<String> built) {
        List<String> unbuilt = new ArrayList<>();
        for (String file : changed) {
            if (reaching.apply(List.of(file)).stream().map(KernelContents::stem).noneMatch(built::contains)) {
                unbuilt.add(file);
            }
        }
        Collections.sort(unbuilt);
        return unbuilt;
    }

    private static String ending(String file) {
        int dot = file.lastIndexOf('.');
        return dot < 0 ? "" : file.substring(dot);
    }

    private static String folderOf(String file) {
        Path parent = Path.of(file).getParent();
        return parent == null ? "" : parent.toString();
    }
}
