package io.github.kpatch.stages;

import io.github.kpatch.kernel.KernelObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The objects that a patch can make others of. Most are there before and after it; where it adds, deletes or renames
 * files, some are only on one side.
 *
 * @param staying objects of the target that the patched kernel has by the same name, as kbuild names them, sorted
 * @param added objects that only the patched kernel has, with the kernel object that gets them
 * @param renamed for those of {@code added} whose source was there by another name, the object of that
 * @param removed objects that the patched kernel has under no name, with the kernel object that loses them
 */
record Reach(
        List<String> staying,
        SortedMap<String, KernelObject> added,
        SortedMap<String, String> renamed,
        SortedMap<String, KernelObject> removed) {
    Reach {
        staying = List.copyOf(staying);
        added = Collections.unmodifiableSortedMap(new TreeMap<>(added));
        renamed = Collections.unmodifiableSortedMap(new TreeMap<>(renamed));
        removed = Collections.unmodifiableSortedMap(new TreeMap<>(removed));
    }

    /** Objects that are there before and after. */
    static Reach of(List<String> staying) {
        return new Reach(staying, new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }

    Reach with(List<String> others) {
        return new Reach(others, added, renamed, removed);
    }

    /** The objects that are built from the kernel's own source. */
    List<String> originals() {
        SortedSet<String> all = new TreeSet<>(staying);
        all.addAll(renamed.values());
        all.addAll(removed.keySet());
        return List.copyOf(all);
    }

    /** The objects that are built from the patched source. */
    List<String> patched() {
        SortedSet<String> all = new TreeSet<>(staying);
        all.addAll(added.keySet());
        return List.copyOf(all);
    }

    /** What a patched object was before; empty where it was nothing. */
    Optional<String> originalOf(String object) {
        return added.containsKey(object) ? Optional.ofNullable(renamed.get(object)) : Optional.of(object);
    }

    /** What becomes of the kernel's objects besides other code, a line each. */
    List<String> story() {
        List<String> lines = new ArrayList<>();
        for (Map.Entry<String, KernelObject> object : added.entrySet()) {
            lines.add(Optional.ofNullable(renamed.get(object.getKey()))
                    .map(before -> "%s of %s goes on as %s".formatted(before, object.getValue(), object.getKey()))
                    .orElse("%s gets %s".formatted(object.getValue(), object.getKey())));
        }
        removed.forEach((object, parent) -> lines.add(
                "%s falls out of %s: what is loaded of it stays, and nothing leads there any more that the patch changes"
                        .formatted(object, parent)));
        return lines;
    }
}
