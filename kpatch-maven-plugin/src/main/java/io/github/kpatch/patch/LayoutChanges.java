package io.github.kpatch.patch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds declarations that a patch changes in a way that can move the members of objects, or give numbers another meaning.
 * Objects of such types are there when the patch is loaded, and code that is not replaced goes on using them as they were.
 * Here the text tells: each change of what a definition says counts, whether or not the compiler would make the same of
 * it. What merely moves from one file of the patch to another does not change; a type that was not there before is
 * nobody's yet.
 *
 * @param types the types whose definition changes
 * @param macros macros whose value changes, or that come or go: where one of them stands in a definition, the type changes
 */
record LayoutChanges(SortedSet<String> types, SortedSet<String> macros) {
    /** Compares all texts that a series changes, before and after. */
    static LayoutChanges between(Collection<String> before, Collection<String> after) {
        Map<String, List<String>> typesBefore = new TreeMap<>();
        Map<String, List<String>> typesAfter = new TreeMap<>();
        Map<String, List<String>> macrosBefore = new TreeMap<>();
        Map<String, List<String>> macrosAfter = new TreeMap<>();
        collect(before, typesBefore, macrosBefore);
        collect(after, typesAfter, macrosAfter);
        SortedSet<String> types = new TreeSet<>();
        typesBefore.forEach((type, definitions) -> {
            List<String> now = typesAfter.getOrDefault(type, List.of());
            boolean lost = !now.containsAll(definitions);
            boolean gained = !definitions.containsAll(now);
            boolean changed = Declarations.isName(type) ? !now.isEmpty() && (lost || gained) : lost && gained;
            if (changed) {
                types.add(type);
            }
        });
        SortedSet<String> macros = new TreeSet<>();
        Set<String> all = new TreeSet<>(macrosBefore.keySet());
        all.addAll(macrosAfter.keySet());
        for (String macro : all) {
            List<String> was = sorted(macrosBefore.getOrDefault(macro, List.of()));
            if (!was.equals(sorted(macrosAfter.getOrDefault(macro, List.of())))) {
                macros.add(macro);
            }
        }
        return new LayoutChanges(types, macros);
    }

    private static void collect(
            Collection<String> texts, Map<String, List<String>> types, Map<String, List<String>> macros) {
        for (String text : texts) {
            Declarations declarations = Declarations.of(text);
            merge(declarations.types(), types);
            merge(declarations.macros(), macros);
        }
    }

    private static void merge(SortedMap<String, List<String>> from, Map<String, List<String>> into) {
        from.forEach((name, values) ->
                into.computeIfAbsent(name, added -> new ArrayList<>()).addAll(values));
    }

    private static List<String> sorted(List<String> values) {
        return values.stream().sorted().toList();
    }
}
