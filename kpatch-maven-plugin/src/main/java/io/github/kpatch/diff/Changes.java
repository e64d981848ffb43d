package io.github.kpatch.diff;

import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What became of every element of the patched object.
 *
 * @param twins the correlation this is about
 * @param sections one status for each section, by its place
 * @param symbols one status for each symbol, by its place
 * @param tables code that changed only in what a table says about it, with the table's name: functions, and section
 *     symbols for places without one
 * @param ignored what took no part
 * @param notices what a person should know: functions to ignore that had not changed
 */
record Changes(
        Correlation twins,
        List<Status> sections,
        List<Status> symbols,
        Map<SymbolId, String> tables,
        Ignored ignored,
        List<Problem> notices) {
    Changes {
        sections = List.copyOf(sections);
        symbols = List.copyOf(symbols);
        tables = Map.copyOf(tables);
        notices = List.copyOf(notices);
    }

    /** The patched object. */
    Unit patched() {
        return twins.patched();
    }

    Status of(SectionId section) {
        return sections.get(section.index());
    }

    Status of(SymbolId symbol) {
        return symbols.get(symbol.index());
    }

    /** The table that says something else about {@code code}, where that is all that changed. */
    Optional<String> table(SymbolId code) {
        return Optional.ofNullable(tables.get(code));
    }
}
