package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.RelocationType;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.intermediate.IntermediateReader;
import io.github.kpatch.intermediate.IntermediateTables;
import io.github.kpatch.intermediate.KlpSymbol;
import io.github.kpatch.intermediate.PatchedFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a test asks of an intermediate object. */
final class Output {
    private final DiffOutcome.Changed outcome;
    private final ElfObject object;

    Output(DiffOutcome.Changed outcome) {
        this.outcome = outcome;
        this.object = outcome.output();
    }

    DiffOutcome.Changed outcome() {
        return outcome;
    }

    ElfObject object() {
        return object;
    }

    Output changes(String... functions) {
        assertThat(outcome.changedFunctions()).containsExactly(functions);
        assertThat(functions()).containsExactly(functions);
        return this;
    }

    Output adds(String... functions) {
        assertThat(outcome.newFunctions()).containsExactly(functions);
        return this;
    }

    List<String> functions() {
        return tables().functions().stream().map(PatchedFunction::name).toList();
    }

    IntermediateTables tables() {
        return IntermediateReader.read("output", object, new RelocationType(1));
    }

    /** Each klp relocation as {@code section: owner.name,position}. */
    List<String> klp() {
        List<String> all = new ArrayList<>();
        tables().relocations().forEach(relocation -> {
            KlpSymbol symbol = tables().symbols().get(relocation.symbolIndex());
            all.add(object.section(relocation.section()).name() + ": " + symbol.objectName() + "." + symbol.name() + ","
                    + symbol.sympos());
        });
        return all;
    }

    boolean hasSection(String name) {
        return object.sectionNamed(name).isPresent();
    }

    Section section(String name) {
        return object.section(object.sectionNamed(name).orElseThrow());
    }

    /** Each relocation of the section as {@code symbol+addend at offset}. */
    List<String> relocations(String section) {
        SectionId id = object.sectionNamed(section).orElseThrow();
        return object.relocationsOf(id).stream().map(this::text).toList();
    }

    private String text(Relocation relocation) {
        return object.symbol(relocation.symbol()).name() + (relocation.addend() < 0 ? "" : "+") + relocation.addend()
                + " at " + relocation.offset();
    }

    Optional<Symbol> symbol(String name) {
        return object.symbolsNamed(name).stream().findFirst().map(object::symbol);
    }

    boolean defines(String name) {
        return symbol(name)
                .filter(symbol -> symbol.home().section().isPresent())
                .isPresent();
    }

    boolean refersTo(String name) {
        return symbol(name)
                .filter(symbol -> symbol.home() instanceof SymbolHome.Undefined)
                .isPresent();
    }

    /** How many ftrace call sites the output lists. */
    int callSites() {
        return object.relocationsOf(object.sectionNamed("__mcount_loc").orElseThrow())
                .size();
    }

    long size(String section) {
        SectionData data = section(section).data();
        return data.size();
    }
}
