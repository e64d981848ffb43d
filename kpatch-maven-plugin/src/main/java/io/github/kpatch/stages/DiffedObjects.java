package io.github.kpatch.stages;

import io.github.kpatch.host.KeptFile;
import io.github.kpatch.kernel.KernelObject;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What stage {@code diff} leaves.
 *
 * @param compared how many objects were compared
 * @param changed those that the patch changes, sorted by name; never empty
 * @param layouts types whose changed layout the patch's author accepts, sorted
 */
public record DiffedObjects(int compared, List<DiffedObject> changed, List<String> layouts) implements StageResult {
    public DiffedObjects {
        changed = List.copyOf(changed);
        layouts = List.copyOf(layouts);
    }

    /** The functions that are redirected, by the kernel object that contains them. */
    SortedMap<KernelObject, List<String>> functionsByParent() {
        SortedMap<KernelObject, List<String>> functions = new TreeMap<>();
        for (DiffedObject object : changed) {
            functions
                    .computeIfAbsent(object.parent(), parent -> new ArrayList<>())
                    .addAll(object.changedFunctions());
        }
        return functions;
    }

    @Override
    public List<KeptFile> kept() {
        return changed.stream().map(DiffedObject::intermediate).toList();
    }

    String story() {
        int functions = changed.stream()
                .mapToInt(object -> object.changedFunctions().size())
                .sum();
        int additions = changed.stream()
                .mapToInt(object -> object.newFunctions().size())
                .sum();
        return "Compared %d object %s; functions: %d changed, %d new"
                .formatted(compared, compared == 1 ? "pair" : "pairs", functions, additions);
    }
}
