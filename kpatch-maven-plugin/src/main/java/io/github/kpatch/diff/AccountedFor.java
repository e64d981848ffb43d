package io.github.kpatch.diff;

import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.special.EntryMeaning;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Names the sections whose content has been compared in pieces, each for the function it belongs to, so that the section
 * as a whole says nothing more: tables about code with their second halves, and code out of line that only tables lead
 * to.
 *
 * <p>Code that alternatives replace before it is used ({@code .altinstr_aux}) is among them without a comparison: for the
 * running kernel that is long ago, and for a module before any of its functions is called.
 */
final class AccountedFor {
    private AccountedFor() {}

    /** These sections of {@code unit}, whose tables have been divided. */
    static Set<SectionId> in(Unit unit, Map<SectionId, TableEntries> tables) {
        Set<SectionId> accounted = new HashSet<>();
        tables.values().forEach(table -> {
            accounted.add(table.section());
            table.companion().ifPresent(companion -> accounted.add(companion.section()));
        });
        outOfLineSections(tables).forEach(name -> accounted.addAll(unit.elf().sectionsNamed(name)));
        accounted.removeAll(referredToByCode(unit, tables));
        unit.elf().sectionIds().stream()
                .filter(id -> unit.arch().isReplacedBeforeUse(unit.section(id).name()))
                .forEach(accounted::add);
        return accounted;
    }

    /** The names of the sections with code that counts for the entries that lead to it. */
    static Set<String> outOfLineSections(Map<SectionId, TableEntries> tables) {
        return tables.values().stream()
                .flatMap(TableEntries::outOfLine)
                .map(EntryMeaning.OutOfLine::section)
                .collect(Collectors.toSet());
    }

    /** The sections of code out of line that other than tables lead to, so that the entries do not say all of it. */
    private static Set<SectionId> referredToByCode(Unit unit, Map<SectionId, TableEntries> tables) {
        Set<SectionId> outOfLine = new HashSet<>();
        outOfLineSections(tables).forEach(name -> outOfLine.addAll(unit.elf().sectionsNamed(name)));
        Set<SectionId> referredTo = new HashSet<>();
        for (Section section : unit.elf().sections()) {
            if (outOfLine.isEmpty()
                    || !(section.data() instanceof SectionData.Relocations relocations)
                    || tables.containsKey(relocations.target())
                    || SectionNames.isDebug(unit.section(relocations.target()).name())) {
                continue;
            }
            for (Relocation relocation : relocations.entries()) {
                unit.home(relocation.symbol())
                        .filter(home -> outOfLine.contains(home) && !home.equals(relocations.target()))
                        .ifPresent(referredTo::add);
            }
        }
        return referredTo;
    }
}
