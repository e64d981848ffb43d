package io.github.kpatch.stages;

import io.github.kpatch.host.KeptFile;
import java.util.List;
import java.util.stream.Stream;

/**
 * What stage {@code build-objects} leaves.
 *
 * @param objects those whose two builds differ, sorted by name
 * @param built how many were built twice
 * @param originalsBuilt how many originals had to be built; the others were in the cache
 */
public record BuiltObjects(List<BuiltObject> objects, int built, int originalsBuilt) implements StageResult {
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
        String story = "Built %d %s twice (%d of the originals from the cache)"
                .formatted(built, built == 1 ? "object" : "objects", Math.max(0, built - originalsBuilt));
        return built == objects.size() ? story : story + ", of which %d came out different".formatted(objects.size());
    }
}
