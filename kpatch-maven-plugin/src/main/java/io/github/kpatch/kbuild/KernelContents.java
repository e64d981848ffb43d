package io.github.kpatch.kbuild;

import io.github.kpatch.kernel.KernelObject;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The objects that vmlinux and the modules of a configured tree are made of, in kbuild's own words.
 *
 * @param parents for each object, named as kbuild names it ({@code ..} included), the kernel objects it is linked into;
 *     never an empty set
 */
public record KernelContents(SortedMap<String, SortedSet<KernelObject>> parents) {
    public KernelContents {
        parents = Collections.unmodifiableSortedMap(new TreeMap<>(parents));
    }

    /**
     * Follows kbuild from where it begins through all folders it goes to.
     *
     * @param roots where it begins
     * @param goals what it makes of each of some folders
     */
    static KernelContents follow(
            Collection<String> roots, Function<Collection<String>, Map<String, FolderGoals>> goals) {
        Map<String, FolderGoals> known = new HashMap<>();
        SortedSet<String> unknown = new TreeSet<>(roots);
        while (!unknown.isEmpty()) {
            Map<String, FolderGoals> answers = goals.apply(unknown);
            known.putAll(answers);
            unknown.clear();
            answers.values().forEach(folder -> unknown.addAll(folder.folders()));
            unknown.removeAll(known.keySet());
        }
        return new KernelContents(collect(roots, known));
    }

    private static SortedMap<String, SortedSet<KernelObject>> collect(
            Collection<String> roots, Map<String, FolderGoals> known) {
        Map<String, Boolean> reachedBuiltIn = new HashMap<>();
        Deque<String> toVisit = new ArrayDeque<>();
        for (String root : roots) {
            reachedBuiltIn.put(root, true);
            toVisit.add(root);
        }
        SortedMap<String, SortedSet<KernelObject>> parents = new TreeMap<>();
        while (!toVisit.isEmpty()) {
            String folder = toVisit.remove();
            FolderGoals goals = known.get(folder);
            boolean builtIn = reachedBuiltIn.get(folder);
            if (builtIn) {
                goals.builtIn().forEach(name -> add(parents, name, KernelObject.VMLINUX));
            }
            if (roots.contains(folder)) {
                // Only these are linked, and linked whole: any of their members may be what a module needs.
                goals.library().forEach(name -> add(parents, name, KernelObject.VMLINUX));
            }
            goals.modules()
                    .forEach((module, members) ->
                            objectsOf(module, members).forEach(name -> add(parents, name, moduleNamed(module))));
            for (String below : goals.folders()) {
                boolean belowBuiltIn = builtIn && goals.builtIn().contains(below + "/built-in.a");
                Boolean before = reachedBuiltIn.get(below);
                if (before == null || (belowBuiltIn && !before)) {
                    reachedBuiltIn.put(below, belowBuiltIn);
                    toVisit.add(below);
                }
            }
        }
        return parents;
    }

    private static void add(SortedMap<String, SortedSet<KernelObject>> parents, String name, KernelObject parent) {
        if (name.endsWith(".o")) {
            parents.computeIfAbsent(name, added -> new TreeSet<>()).add(parent);
        }
    }

    /** The objects that a module is composed of: itself where that is one. */
    static List<String> objectsOf(String module, List<String> members) {
        if (members.isEmpty()) {
            return List.of(module);
        }
        String folder = module.substring(0, module.lastIndexOf('/') + 1);
        return members.stream().map(member -> folder + member).toList();
    }

    static KernelObject moduleNamed(String object) {
        String name = object.substring(object.lastIndexOf('/') + 1);
        return KernelObject.named(name.substring(0, name.length() - ".o".length()));
    }

    /** The objects that are compiled from a source file by itself, whatever way kbuild's name of them takes. */
    public List<String> compiledFrom(String source) {
        return byStem().getOrDefault(stem(source), List.of());
    }

    /** The objects by the path of their source without its ending. */
    Map<String, List<String>> byStem() {
        Map<String, List<String>> objects = new HashMap<>();
        for (String object : parents.keySet()) {
            objects.computeIfAbsent(stem(Path.of(object).normalize().toString()), added -> new ArrayList<>())
                    .add(object);
        }
        return objects;
    }

    /** A path without its ending. */
    static String stem(String file) {
        int dot = file.lastIndexOf('.');
        return dot > file.lastIndexOf('/') ? file.substring(0, dot) : file;
    }
}
