package io.github.kpatch.fuzz;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.intermediate.IntermediateTables;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A second opinion on references. The differ gives them other symbols, other addends and other ways to be resolved; what
 * they lead to must stay: the same byte of the same section, or the same name and addend where the object has no more.
 * Tables are left out, for their entries move.
 */
final class References {
    private static final List<String> TABLES = List.of(
            "__bug_table",
            "__ex_table",
            "__jump_table",
            ".altinstructions",
            ".call_sites",
            ".fixup",
            ".orc_unwind",
            ".parainstructions",
            ".printk_index",
            ".retpoline_sites",
            ".return_sites",
            ".smp_locks",
            ".static_call_sites");

    private final ElfObject patched;
    private final ElfObject output;
    private final IntermediateTables tables;

    private References(ElfObject patched, ElfObject output, IntermediateTables tables) {
        this.patched = patched;
        this.output = output;
        this.tables = tables;
    }

    /** A reference of the patched object that leads elsewhere in the output. */
    static Optional<String> astray(ElfObject patched, ElfObject output, IntermediateTables tables) {
        References references = new References(patched, output, tables);
        return IntStream.range(0, output.sections().size())
                .mapToObj(SectionId::new)
                .flatMap(id -> references.astrayIn(id).stream())
                .findFirst();
    }

    private Optional<String> astrayIn(SectionId out) {
        String name = output.section(out).name();
        if (!isCodeOrData(name) || patched.sectionsNamed(name).size() != 1) {
            return Optional.empty();
        }
        return patched.relocationsOf(patched.sectionNamed(name).orElseThrow()).stream()
                .filter(relocation -> !isKept(relocation, out))
                .map(relocation -> String.format("%s+0x%x", name, relocation.offset()))
                .findFirst();
    }

    private static boolean isCodeOrData(String name) {
        return name.startsWith(".text.") || name.startsWith(".rodata.") || name.startsWith(".data.");
    }

    private boolean isKept(Relocation relocation, SectionId out) {
        Optional<Section> home = home(patched, relocation.symbol());
        return home.filter(section -> TABLES.stream().anyMatch(section.name()::startsWith))
                        .isPresent()
                || output.relocationsOf(out).stream()
                        .filter(other -> other.offset() == relocation.offset())
                        .anyMatch(other -> isPlainFor(relocation, other))
                || tables.relocations().stream()
                        .filter(klp -> klp.section().equals(out) && klp.offset() == relocation.offset())
                        .anyMatch(klp -> isNamedFor(
                                relocation,
                                tables.symbols().get(klp.symbolIndex()).name(),
                                klp.addend()));
    }

    private static Optional<Section> home(ElfObject object, SymbolId symbol) {
        return object.symbol(symbol).home().section().map(object::section);
    }

    private boolean isPlainFor(Relocation relocation, Relocation other) {
        Optional<Section> home = home(patched, relocation.symbol());
        Optional<Section> otherHome = home(output, other.symbol());
        Symbol symbol = output.symbol(other.symbol());
        if (home.isPresent() && otherHome.isPresent()) {
            return isSameName(home.get().name(), otherHome.get().name())
                    && patched.symbol(relocation.symbol()).value() + relocation.addend()
                            == symbol.value() + other.addend();
        }
        return isNamedFor(relocation, symbol.name(), other.addend());
    }

    private boolean isNamedFor(Relocation relocation, String name, long addend) {
        Symbol symbol = patched.symbol(relocation.symbol());
        Optional<SectionId> home = symbol.home().section();
        if (home.isEmpty()) {
            return isSameName(symbol.name(), name) && relocation.addend() == addend;
        }
        return patched.symbols().stream()
                .anyMatch(candidate -> candidate.home().section().equals(home)
                        && candidate.value() + addend == symbol.value() + relocation.addend()
                        && isSameName(candidate.name(), name));
    }

    /** Names in the output carry the numbers of the original object. */
    private static boolean isSameName(String patched, String output) {
        return patched.equals(output)
                || SecondOpinion.withoutNumbers(patched).equals(SecondOpinion.withoutNumbers(output));
    }
}
