package io.github.kpatch.kbuild;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What kbuild makes of one folder of the tree, in its own words: the values of its variables after it has read the
 * folder's Makefile. All names are relative to the tree and as kbuild spells them, {@code ..} included.
 *
 * @param builtIn the objects and the subfolders' {@code built-in.a} that become part of vmlinux, where the folder itself
 *     does
 * @param library the members of the folder's {@code lib.a}
 * @param folders the subfolders that kbuild goes on to
 * @param modules for each module of this folder, by its object's name, the names of the objects it is composed of,
 *     relative to the folder; empty for a module of one object
 */
record FolderGoals(
        List<String> builtIn, List<String> library, List<String> folders, Map<String, List<String>> modules) {
    /** Nothing. */
    static final FolderGoals NONE = new FolderGoals(List.of(), List.of(), List.of(), Map.of());

    FolderGoals {
        builtIn = List.copyOf(builtIn);
        library = List.copyOf(library);
        folders = List.copyOf(folders);
        modules = Collections.unmodifiableMap(new LinkedHashMap<>(modules));
    }

    /**
     * Reads what {@code goals.mk} wrote.
     *
     * @throws IllegalStateException when a line is none of its
     */
    static FolderGoals parse(String text) {
        List<String> builtIn = new ArrayList<>();
        List<String> library = new ArrayList<>();
        List<String> folders = new ArrayList<>();
        Map<String, List<String>> modules = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            List<String> words = List.of(line.strip().split("\\s+"));
            List<String> values = words.subList(1, words.size());
            switch (words.get(0)) {
                case "built-in" -> builtIn.addAll(values);
                case "library" -> library.addAll(values);
                case "folders" -> folders.addAll(values);
                case "module" -> modules.put(values.get(0), values.subList(1, values.size()));
                default -> throw new IllegalStateException("kbuild said of a folder: " + line);
            }
        }
        return new FolderGoals(builtIn, library, folders, modules);
    }
}
