package io.github.kpatch.intermediate;

import java.util.List;

/**
 * Everything an intermediate object, or the module linked from several, says to the module's last step. All ids are
 * those of the object that goes with it.
 *
 * @param functions the functions that are replaced, in the order of the symbol table
 * @param symbols what the livepatch core must look up
 * @param relocations what it must apply; as many as {@code symbols}
 * @param archSections what kernels before 5.8 must process late; empty for newer ones
 * @param callbacks what the author wants called
 */
public record IntermediateTables(
        List<PatchedFunction> functions,
        List<KlpSymbol> symbols,
        List<KlpRelocation> relocations,
        List<ArchSection> archSections,
        List<Callback> callbacks) {
    public IntermediateTables {
        functions = List.copyOf(functions);
        symbols = List.copyOf(symbols);
        relocations = List.copyOf(relocations);
        archSections = List.copyOf(archSections);
        callbacks = List.copyOf(callbacks);
        if (symbols.size() != relocations.size()) {
            throw new IllegalArgumentException(symbols.size() + " symbols, " + relocations.size() + " relocations");
        }
        for (KlpRelocation relocation : relocations) {
            if (relocation.symbolIndex() < 0 || relocation.symbolIndex() >= symbols.size()) {
                throw new IllegalArgumentException("no klp symbol " + relocation.symbolIndex());
            }
        }
    }
}
