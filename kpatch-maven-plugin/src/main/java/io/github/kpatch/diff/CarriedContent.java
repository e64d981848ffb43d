package io.github.kpatch.diff;

import io.github.kpatch.arch.CallSite;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SymbolId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the included sections hold in the output, still under the ids of the patched object.
 *
 * @param changes what became of every element
 * @param inclusion what goes in
 * @param sections the included sections that are no relocation sections, in order
 * @param relocations the relocations of each of them that has a relocation section, by the section relocated
 * @param values the new values of symbols that moved with the entries of a table
 * @param callSites where ftrace finds the call of each carried function, in the order of the symbol table
 */
record CarriedContent(
        Changes changes,
        Inclusion inclusion,
        Map<SectionId, Section> sections,
        Map<SectionId, List<Relocation>> relocations,
        Map<SymbolId, Long> values,
        Map<SymbolId, CallSite> callSites) {
    CarriedContent {
        sections = Collections.unmodifiableMap(new LinkedHashMap<>(sections));
        relocations = Collections.unmodifiableMap(new LinkedHashMap<>(relocations));
        values = Map.copyOf(values);
        callSites = Collections.unmodifiableMap(new LinkedHashMap<>(callSites));
    }

    /** The patched object. */
    Unit patched() {
        return changes.patched();
    }

    /** Whether the output defines {@code symbol} itself. */
    boolean defines(SymbolId symbol) {
        return patched().home(symbol).filter(sections::containsKey).isPresent();
    }
}
