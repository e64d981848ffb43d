package io.github.kpatch.diff;

import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.Problem;
import java.util.List;

/**
 * What became of every element of the patched object.
 *
 * @param twins the correlation this is about
 * @param sections one status for each section, by its place
 * @param symbols one status for each symbol, by its place
 * @param ignored what took no part
 * @param notices what a person should know: functions to ignore that had not changed
 */
record Changes(Correlation twins, List<Status> sections, List<Status> symbols, Ignored ignored, List<Problem> notices) {
    Changes {
        sections = List.copyOf(sections);
        symbols = List.copyOf(symbols);
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
}
