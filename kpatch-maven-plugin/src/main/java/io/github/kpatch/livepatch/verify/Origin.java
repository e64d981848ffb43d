package io.github.kpatch.livepatch.verify;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.CallSite;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A compiled object that the module is made of: a unit of the patch, or the module's own source. */
final class Origin {
    private final String name;
    private final Optional<CompiledUnit> unit;
    private final ElfObject object;
    private final Architecture arch;
    private final Map<SectionId, List<SymbolId>> symbolsIn = new HashMap<>();

    private Origin(String name, Optional<CompiledUnit> unit, ElfObject object, Architecture arch) {
        this.name = name;
        this.unit = unit;
        this.object = object;
        this.arch = arch;
        for (SymbolId id : object.symbolIds()) {
            object.symbol(id)
                    .home()
                    .section()
                    .ifPresent(home -> symbolsIn
                            .computeIfAbsent(home, any -> new ArrayList<>(2))
                            .add(id));
        }
    }

    static Origin of(CompiledUnit unit, Architecture arch) {
        return new Origin(unit.path(), Optional.of(unit), VariablesForConstants.in(unit.patched(), arch), arch);
    }

    static Origin ofOwnSource(ElfObject own, Architecture arch) {
        return new Origin("the module's own source", Optional.empty(), own, arch);
    }

    /** The unit of the patch; empty for the module's own source. */
    Optional<CompiledUnit> unit() {
        return unit;
    }

    ElfObject object() {
        return object;
    }

    /** All symbols of a section, its own included. */
    List<SymbolId> symbolsIn(SectionId section) {
        return symbolsIn.getOrDefault(section, List.of());
    }

    /** The functions that begin in a section. */
    List<SymbolId> functionsIn(SectionId section) {
        return symbolsIn(section).stream()
                .filter(id -> object.symbol(id).isFunction()
                        && !arch.isPrefixName(object.symbol(id).name()))
                .toList();
    }

    /** The symbol that a module would name for a place: a function or variable that begins or lies there. */
    Optional<Symbol> symbolAt(Spot spot) {
        return symbolsIn(spot.section()).stream()
                .map(object::symbol)
                .filter(symbol -> !symbol.isSection()
                        && spot.offset() >= symbol.value()
                        && spot.offset() < Math.max(symbol.value() + symbol.size(), symbol.value() + 1))
                .findFirst();
    }

    /**
     * A piece of code or data as a module holds it.
     *
     * @param section its bytes
     * @param relocations its references
     */
    record Content(Section section, List<Relocation> relocations) {}

    /** A section as the compiler left it. */
    Content compiled(SectionId id) {
        return new Content(object.section(id), object.relocationsOf(id));
    }

    /**
     * A section with the call that ftrace redirects, where the kernel's build has turned it into a no-op: the loader wants
     * it as the compiler wrote it.
     */
    Content withCall(SectionId id) {
        for (SymbolId function : object.section(id).isText() ? functionsIn(id) : List.<SymbolId>of()) {
            if (arch.isTraced(object, function)) {
                CallSite site = arch.callSite(object, function);
                return new Content(site.code(), site.relocations());
            }
        }
        return compiled(id);
    }

    /** What to call a place of it in messages. */
    String where(Spot spot) {
        return FinishedModule.nameOf(object, spot);
    }

    @Override
    public String toString() {
        return name;
    }
}
