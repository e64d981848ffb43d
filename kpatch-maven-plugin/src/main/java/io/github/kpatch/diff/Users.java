package io.github.kpatch.diff;

import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SymbolId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The functions and variables of one object that refer to a section of it, for advice that names them.
 *
 * @param symbols in the order of their sections; of a piece the function that it was cut from
 */
record Users(Unit unit, Set<SymbolId> symbols) {
    private static final int SHOWN = 6;

    /** Those of a section, without who owns it. */
    static Users of(Unit unit, SectionId section) {
        Set<SymbolId> users = new LinkedHashSet<>();
        for (SectionId other : unit.elf().sectionIds()) {
            Optional<SymbolId> owner = unit.bundles().owner(other);
            if (owner.isPresent() && !other.equals(section) && refers(unit, other, section)) {
                users.add(unit.families().parentOf().getOrDefault(owner.get(), owner.get()));
            }
        }
        return new Users(unit, users);
    }

    private static boolean refers(Unit unit, SectionId from, SectionId to) {
        return unit.elf().relocationsOf(from).stream()
                .anyMatch(relocation -> unit.home(relocation.symbol()).equals(Optional.of(to)));
    }

    boolean isEmpty() {
        return symbols.isEmpty();
    }

    /** Whether all of them are functions. */
    boolean areFunctions() {
        return symbols.stream().allMatch(symbol -> unit.symbol(symbol).isFunction());
    }

    /** Their names, sorted, the first few where they are many. */
    String shown() {
        List<String> names = symbols.stream()
                .map(symbol -> unit.symbol(symbol).name())
                .distinct()
                .sorted()
                .toList();
        String more = names.size() > SHOWN ? " and %d more".formatted(names.size() - SHOWN) : "";
        return names.stream().limit(SHOWN).collect(Collectors.joining(", ")) + more;
    }
}
