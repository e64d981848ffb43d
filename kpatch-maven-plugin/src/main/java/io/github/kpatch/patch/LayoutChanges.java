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
 * Finds what a patch touches that can move the members of objects, or give enumerators other values. The text cannot tell
 * whether it really does, so it only says where to look: {@code debuginfo.LayoutChange} compares what the compiler made
 * of it. A patch of which nothing is found here costs no further compilation, and everything counts that may matter:
 * each change of a definition, of a macro, of a conditional or another directive, and of what a macro declares at file scope.
 * What merely moves from one file of the patch to another does not change; a type that was not there before is nobody's
 * yet.
 *
 * @param types the types whose definition changes or goes
 * @param others macros, directives and uses of macros that change, come or go
 */
record LayoutChanges(SortedSet<String> types, SortedSet<String> others) {
    /** Compares all texts that a series changes, before and after. */
    static LayoutChanges between(Collection<String> before, Collection<String> after) {
        Map<String, List<String>> typesBefore = new TreeMap<>();
        Map<String, List<String>> typesAfter = new TreeMap<>();
        Map<String, List<String>> othersBefore = new TreeMap<>();
        Map<String, List<String>> othersAfter = new TreeMap<>();
        collect(before, typesBefore, othersBefore);
        collect(after, typesAfter, othersAfter);
        SortedSet<String> types = new TreeSet<>();
        typesBefore.forEach((type, definitions) -> {
            List<String> now = typesAfter.getOrDefault(type, List.of());
            boolean lost = !now.containsAll(definitions);
            boolean gained = Declarations.isName(type) && !definitions.containsAll(now);
            if (lost || gained) {
                types.add(type);
            }
        });
        SortedSet<String> others = new TreeSet<>();
        Set<String> all = new TreeSet<>(othersBefore.keySet());
        all.addAll(othersAfter.keySet());
        for (String other : all) {
            List<String> was = sorted(othersBefore.getOrDefault(other, List.of()));
            if (!was.equals(sorted(othersAfter.getOrDefault(other, List.of())))) {
                others.add(other);
            }
        }
        return new LayoutChanges(types, others);
    }

    private static void collect(
            Collection<String> texts, Map<String, List<String>> types, Map<String, List<String>> others) {
        for (String text : texts) {
            Declarations declarations = Declarations.of(text);
            merge(declarations.types(), types);
            merge(declarations.macros(), others);
            merge(declarations.others(), others);
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
