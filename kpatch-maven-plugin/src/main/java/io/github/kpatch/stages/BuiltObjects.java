package io.github.kpatch.stages;

import io.github.kpatch.host.KeptFile;
import java.util.List;
import java.util.stream.Stream;

/**
 * What stage {@code build-objects} leaves.
 *
 * @param objects sorted by name
 * @param originalsBuilt how many originals had to be built; the others were in the cache
 */
public record BuiltObjects(List<BuiltObject> objects, int originalsBuilt) implements StageResult {
    public BuiltObjects {
        objects = List.copyOf(objects);
    }

    @Override
    public List<KeptFile> kept() {
        return objects.stream()
                .flatMap(object -> Stream.of(object.original(), object.patched()))
                .toList();
    }

    String story() {
        return "Built %d %s twice (%d of the originals from the cache)"
                .formatted(objects.size(), objects.size() == 1 ? "object" : "objects", objects.size() - originalsBuilt);
    }
}
