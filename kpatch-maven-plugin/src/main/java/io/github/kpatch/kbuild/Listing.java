package io.github.kpatch.kbuild;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What kbuild makes for a folder's Makefile, by its own word.
 *
 * @param objects the objects, relative to the tree and as kbuild names them, those of which others are composed among them
 * @param folders the folders it goes on into, relative to the tree
 */
public record Listing(List<String> objects, Set<String> folders) {
    public Listing {
        objects = List.copyOf(objects);
        folders = Set.copyOf(folders);
    }

    boolean hasObject(String object) {
        return objects.stream()
                .map(name -> Path.of(name).normalize().toString())
                .collect(Collectors.toSet())
                .contains(Path.of(object).normalize().toString());
    }
}
