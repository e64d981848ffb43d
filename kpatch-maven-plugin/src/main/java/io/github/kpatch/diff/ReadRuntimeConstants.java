package io.github.kpatch.diff;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.VariableRead;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfObjectBuilder;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns runtime constants back into reads of the variables they stand for.
 *
 * <p>Since 6.11 built-in code has the address of {@code dentry_hashtable} and, since 6.12, the user address limit as
 * constants in its instructions: compiled with a placeholder, and overwritten at boot with what the variable of that name
 * holds then. The sections {@code runtime_ptr_<variable>} and {@code runtime_shift_<variable>} list the places. No loader
 * does that for modules, whose sources read the variable instead; in a patch the placeholder would stay, and every
 * comparison with it be wrong. The variable does not change after boot, so reading it gives the same.
 *
 * <p>Entries of what was turned leave their list. Those that stay are about code that has no such form (a shift's width,
 * for one); {@link CheckRuntimeConstants} lets none of it into a patch.
 *
 * <p>Source: {@code arch/x86/include/asm/runtime-const.h}.
 */
final class ReadRuntimeConstants {
    private static final String POINTERS = "runtime_ptr_";
    private static final int ENTRY = 4;

    private final String name;
    private final Architecture arch;
    private final ElfObject elf;
    private final ElfObjectBuilder builder;
    private final Map<String, SymbolId> added = new HashMap<>();

    private ReadRuntimeConstants(String name, Architecture arch, ElfObject elf) {
        this.name = name;
        this.arch = arch;
        this.elf = elf;
        this.builder = ElfObjectBuilder.from(elf);
    }

    /**
     * The object with variables in place of constants.
     *
     * @param name what to call the object in messages
     * @throws ProblemException when a list of places is malformed
     */
    static ElfObject in(String name, Architecture arch, ElfObject elf) {
        ReadRuntimeConstants pass = new ReadRuntimeConstants(name, arch, elf);
        boolean any = false;
        for (SectionId id : elf.sectionIds()) {
            if (SectionNames.isRuntimeConstants(elf.section(id).name())) {
                pass.check(id);
                if (elf.section(id).name().startsWith(POINTERS)) {
                    pass.turn(id);
                    any = true;
                }
            }
        }
        return any ? pass.builder.build() : elf;
    }

    private void check(SectionId table) {
        List<Relocation> entries = elf.relocationsOf(table);
        boolean whole = elf.section(table).data() instanceof SectionData.Contents contents
                && contents.size() == (long) entries.size() * ENTRY;
        for (int i = 0; whole && i < entries.size(); i++) {
            whole = entries.get(i).offset() == (long) i * ENTRY;
        }
        if (!whole) {
            throw ProblemException.input(
                    ProblemCode.SPECIAL_SECTION_INVALID,
                    name + ", section " + elf.section(table).name(),
                    "It does not consist of references of four bytes.");
        }
    }

    private void turn(SectionId table) {
        String variable = elf.section(table).name().substring(POINTERS.length());
        ByteArrayOutputStream left = new ByteArrayOutputStream();
        List<Relocation> leftEntries = new ArrayList<>();
        for (Relocation entry : elf.relocationsOf(table)) {
            if (!isTurned(entry, variable)) {
                leftEntries.add(new Relocation(left.size(), entry.type(), entry.symbol(), entry.addend()));
                left.writeBytes(new byte[ENTRY]);
            }
        }
        builder.replace(table, elf.section(table).with(new SectionData.Contents(Bytes.copyOf(left.toByteArray()))));
        elf.relocationSectionOf(table)
                .ifPresent(relocations -> builder.replace(
                        relocations, elf.section(relocations).with(new SectionData.Relocations(table, leftEntries))));
    }

    private boolean isTurned(Relocation entry, String variable) {
        Symbol place = elf.symbol(entry.symbol());
        Optional<SectionId> home = place.home().section();
        if (home.isEmpty() || !elf.section(home.get()).isText()) {
            return false;
        }
        Optional<SectionId> relocations = elf.relocationSectionOf(home.get());
        Optional<VariableRead> read =
                arch.variableRead(builder.section(home.get()).orElseThrow(), place.value() + entry.addend());
        Optional<SymbolId> symbol = variable(variable);
        if (relocations.isEmpty() || read.isEmpty() || symbol.isEmpty()) {
            return false;
        }
        Section references = builder.section(relocations.get()).orElseThrow();
        List<Relocation> all = new ArrayList<>(((SectionData.Relocations) references.data()).entries());
        all.add(new Relocation(
                read.get().field(), read.get().type(), symbol.get(), read.get().addend()));
        all.sort(Comparator.comparingLong(Relocation::offset));
        builder.replace(relocations.get(), references.with(new SectionData.Relocations(home.get(), all)));
        Section code = builder.section(home.get()).orElseThrow();
        builder.replace(
                home.get(), code.with(new SectionData.Contents(read.get().code())));
        return true;
    }

    /** The one symbol of that name, a new one where there is none; nothing where it is not clear which is meant. */
    private Optional<SymbolId> variable(String variable) {
        List<SymbolId> named = elf.symbolsNamed(variable).stream()
                .filter(id ->
                        !elf.symbol(id).isSection() && !elf.symbol(id).type().equals(SymbolType.FILE))
                .toList();
        if (named.isEmpty()) {
            return Optional.of(added.computeIfAbsent(
                    variable,
                    name -> builder.add(new Symbol(
                            name, SymbolType.NOTYPE, SymbolBinding.GLOBAL, 0, 0, 0, new SymbolHome.Undefined()))));
        }
        return named.size() == 1 ? Optional.of(named.get(0)) : Optional.empty();
    }
}
