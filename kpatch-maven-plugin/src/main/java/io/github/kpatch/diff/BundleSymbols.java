package io.github.kpatch.diff;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the symbols that own a section.
 *
 * <p>{@code -ffunction-sections -fdata-sections} gives every function and variable a section of its own, named after it:
 * {@code f} lives in {@code .text.f}, {@code table} in {@code .rodata.table} or, where it holds pointers, in {@code
 * .data.rel.ro.table}. ELF does not record the bond, so the names have to say it. It is what lets the differ speak of
 * sections (which can be compared and carried) and mean functions.
 *
 * <p>gcc puts {@code f.constprop.18.cold.27} into {@code .text.unlikely.f.constprop.18}: cold code is the one case in
 * which the section has a shorter name than its symbol.
 *
 * <p>An owner stands at the section's start, or behind the padding that the kernel's build places before functions,
 * which a prefix symbol ({@code __pfx_f}, {@code __cfi_f}) measures, one for each alias of the function. An owner elsewhere means that the assumption does
 * not hold for this object, and the object is refused. Several aliases may stand at one place; only the one with the
 * section's name is the owner.
 */
final class BundleSymbols {
    private static final List<String> DATA_PREFIXES = List.of(
            ".data.", ".data.rel.", ".data.rel.ro.", ".data.rel.ro.local.", ".data.rel.local.", ".rodata.", ".bss.");
    private static final String UNLIKELY = ".text.unlikely.";

    private final String name;
    private final Architecture arch;
    private final ElfObject elf;
    private final Map<SectionId, SymbolId> ownerOf = new HashMap<>();
    private final Map<SymbolId, SymbolId> prefixOf = new HashMap<>();
    private final Map<SymbolId, SectionId> prefixes = new HashMap<>();

    private BundleSymbols(String name, Architecture arch, ElfObject elf) {
        this.name = name;
        this.arch = arch;
        this.elf = elf;
    }

    /**
     * The bundled and prefix symbols of {@code elf}.
     *
     * @param name what to call the object in messages
     * @throws ProblemException when an owner stands at an unexpected place or a prefix symbol has no function
     */
    static Bundles in(String name, Architecture arch, ElfObject elf) {
        BundleSymbols pass = new BundleSymbols(name, arch, elf);
        pass.linkPrefixes();
        pass.findOwners();
        pass.ownerOf.forEach(pass::checkPlace);
        return new Bundles(pass.ownerOf, pass.prefixOf, pass.prefixes);
    }

    private record Place(SectionId section, long value) {}

    private void linkPrefixes() {
        Map<Place, List<SymbolId>> prefixesEndingAt = new HashMap<>();
        for (SymbolId id : elf.symbolIds()) {
            Symbol symbol = elf.symbol(id);
            Optional<SectionId> section = symbol.home().section();
            if (symbol.isFunction() && section.isPresent() && arch.isPrefixName(symbol.name())) {
                prefixes.put(id, section.get());
                prefixesEndingAt
                        .computeIfAbsent(
                                new Place(section.get(), symbol.value() + symbol.size()), place -> new ArrayList<>())
                        .add(id);
            }
        }
        if (prefixes.isEmpty()) {
            return;
        }
        Map<SymbolId, SectionId> withoutFunction = new HashMap<>(prefixes);
        for (SymbolId id : elf.symbolIds()) {
            Symbol symbol = elf.symbol(id);
            Optional<SectionId> section = symbol.home().section();
            if (!symbol.isFunction() || section.isEmpty() || prefixes.containsKey(id)) {
                continue;
            }
            List<SymbolId> before = prefixesEndingAt.getOrDefault(new Place(section.get(), symbol.value()), List.of());
            before.forEach(withoutFunction::remove);
            before.stream()
                    .filter(prefix -> elf.symbol(prefix).name().endsWith("_" + symbol.name()))
                    .findFirst()
                    .or(() -> before.stream().findFirst())
                    .ifPresent(prefix -> prefixOf.put(id, prefix));
        }
        withoutFunction.keySet().stream().min(SymbolId::compareTo).ifPresent(prefix -> {
            throw invalid(prefix, "It marks the padding before a function, but no function follows it.");
        });
    }

    private void findOwners() {
        for (SymbolId id : elf.symbolIds()) {
            Symbol symbol = elf.symbol(id);
            symbol.home()
                    .section()
                    .filter(section -> bearsNameOf(elf.section(section).name(), symbol))
                    .ifPresent(section -> ownerOf.putIfAbsent(section, id));
        }
        for (SymbolId id : elf.symbolIds()) {
            Symbol symbol = elf.symbol(id);
            symbol.home()
                    .section()
                    .filter(section -> isColdPartOf(elf.section(section).name(), symbol))
                    .ifPresent(section -> ownerOf.putIfAbsent(section, id));
        }
    }

    private static boolean bearsNameOf(String section, Symbol symbol) {
        if (symbol.isFunction()) {
            return section.equals(".text." + symbol.name())
                    || section.equals(UNLIKELY + symbol.name())
                    || section.equals(".text.hot." + symbol.name());
        }
        return symbol.isObject()
                && section.endsWith(symbol.name())
                && DATA_PREFIXES.contains(
                        section.substring(0, section.length() - symbol.name().length()));
    }

    private static boolean isColdPartOf(String section, Symbol symbol) {
        return symbol.isFunction()
                && section.startsWith(UNLIKELY)
                && symbol.name().contains(".cold")
                && symbol.name().startsWith(section.substring(UNLIKELY.length()));
    }

    private void checkPlace(SectionId section, SymbolId owner) {
        Symbol symbol = elf.symbol(owner);
        SymbolId prefix = prefixOf.get(owner);
        long expected = prefix != null
                ? elf.symbol(prefix).size()
                : symbol.isFunction() ? arch.paddingBefore(elf.section(section), symbol) : 0;
        if (symbol.value() != expected) {
            throw invalid(
                    owner,
                    String.format(
                            "It stands at offset %d of section %s instead of %d.",
                            symbol.value(), elf.section(section).name(), expected));
        }
    }

    private ProblemException invalid(SymbolId symbol, String what) {
        return ProblemException.input(
                ProblemCode.OBJECT_INVALID,
                name + ", symbol " + elf.symbol(symbol).name(),
                what);
    }
}
