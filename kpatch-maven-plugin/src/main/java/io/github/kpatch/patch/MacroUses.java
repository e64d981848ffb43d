package io.github.kpatch.patch;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Finds the types in whose definition a changed macro stands: the length of an array, the width of a bit field, what a
 * conditional asks for. No text of the patch shows such a change of layout.
 */
public final class MacroUses {
    private MacroUses() {}

    /**
     * The types that {@code macros} shape, directly or by the values of other macros.
     *
     * @param files every file that can see the macros
     * @param text gives a file's text
     */
    public static SortedSet<String> types(
            Collection<String> macros, Collection<String> files, Function<String, String> text) {
        SortedSet<String> types = new TreeSet<>();
        Set<String> known = new HashSet<>(macros);
        for (Set<String> wanted = Set.copyOf(macros); !wanted.isEmpty(); wanted = Set.copyOf(wanted)) {
            Set<String> found = new HashSet<>();
            for (String file : files) {
                collect(text.apply(file), wanted, types, found);
            }
            found.removeAll(known);
            known.addAll(found);
            wanted = found;
        }
        return types;
    }

    private static void collect(String source, Set<String> wanted, Set<String> types, Set<String> macros) {
        if (wanted.stream().noneMatch(source::contains)) {
            return;
        }
        Declarations declarations = Declarations.of(source);
        declarations.types().forEach((type, definitions) -> {
            if (mentions(definitions, wanted)) {
                types.add(type);
            }
        });
        declarations.macros().forEach((macro, values) -> {
            if (mentions(values, wanted)) {
                macros.add(macro);
            }
        });
    }

    private static boolean mentions(List<String> definitions, Set<String> names) {
        return definitions.stream()
                .flatMap(definition -> List.of(definition.split(" ")).stream())
                .anyMatch(names::contains);
    }
}
