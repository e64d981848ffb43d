package io.github.kpatch.stages;

import io.github.kpatch.host.KeptFile;
import java.util.List;
import java.util.stream.Stream;

/**
 * What stage {@code build-objects} leaves.
 *
 * @param objects those whose two builds differ, sorted by name
 * @param same names of those whose two builds are the same, byte for byte, sorted
 * @param originalsBuilt how many originals had to be built; the others were in the cache
 * @param layouts types whose changed layout the patch's author accepts, sorted
 */
public record BuiltObjects(List<BuiltObject> objects, List<String> same, int originalsBuilt, List<String> layouts)
        implements StageResult {
    public BuiltObjects {
        objects = List.copyOf(objects);
        same = List.copyOf(same);
        layouts = List.copyOf(layouts);
    }

    @Override
    public List<KeptFile> kept() {
        return objects.stream()
                .flatMap(object -> Stream.of(object.original(), object.patched()))
                .toList();
    }

    /** How many were built twice. */
    int built() {
        return objects.size() + same.size();
    }

    String story() {
        String story = "Built %d %s twice (%d of the originals from the cache)"
                .formatted(built(), built() == 1 ? "object" : "objects", Math.max(0, built() - originalsBuilt));
        return same.isEmpty() ? story : story + ", of which %d came out different".formatted(objects.size());
    }
}
