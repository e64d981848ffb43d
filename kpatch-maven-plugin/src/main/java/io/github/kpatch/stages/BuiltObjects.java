package io.github.kpatch.stages;

import java.nio.file.Files;
import java.util.List;

/**
 * What stage {@code build-objects} leaves.
 *
 * @param objects sorted by name
 * @param originalsBuilt how many originals had to be built; the others were in the cache
 */
public record BuiltObjects(List<BuiltObject> objects, int originalsBuilt) {
    public BuiltObjects {
        objects = List.copyOf(objects);
    }

    boolean isIntact() {
        return objects.stream()
                .allMatch(object -> Files.isRegularFile(object.original()) && Files.isRegularFile(object.patched()));
    }

    String story() {
        return "Built %d %s twice (%d of the originals from the cache)"
                .formatted(objects.size(), objects.size() == 1 ? "object" : "objects", objects.size() - originalsBuilt);
    }
}
