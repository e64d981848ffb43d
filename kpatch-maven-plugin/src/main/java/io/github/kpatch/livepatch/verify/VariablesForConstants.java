package io.github.kpatch.livepatch.verify;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.VariableRead;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What code with runtime constants has to look like in a module. The kernel overwrites the constants of its own code when
 * it boots, by lists named after the variables; no loader does so for modules, whose code has to read the variable.
 *
 * <p>Source: {@code arch/x86/include/asm/runtime-const.h}.
 */
final class VariablesForConstants {
    private static final String LIST = "runtime_ptr_";

    private VariablesForConstants() {}

    /** The object with reads of variables where it had their constants, as far as the machine has a form for them. */
    static ElfObject in(ElfObject compiled, Architecture arch) {
        ElfObject object = compiled;
        for (SectionId list : compiled.sectionIds()) {
            if (compiled.section(list).name().startsWith(LIST)) {
                String variable = compiled.section(list).name().substring(LIST.length());
                for (Relocation place : compiled.relocationsOf(list)) {
                    object = in(object, place, variable, arch);
                }
            }
        }
        return object;
    }

    private static ElfObject in(ElfObject object, Relocation place, String variable, Architecture arch) {
        Symbol symbol = object.symbol(place.symbol());
        Optional<SectionId> code = symbol.home().section();
        Optional<SectionId> references = code.flatMap(object::relocationSectionOf);
        Optional<VariableRead> read =
                code.flatMap(id -> arch.variableRead(object.section(id), symbol.value() + place.addend()));
        if (references.isEmpty() || read.isEmpty()) {
            return object;
        }
        ElfObjectBuilder builder = ElfObjectBuilder.from(object);
        SymbolId id = object.symbolsNamed(variable).stream()
                .filter(each -> !object.symbol(each).isSection())
                .findFirst()
                .orElseGet(() -> builder.add(new Symbol(
                        variable, SymbolType.NOTYPE, SymbolBinding.GLOBAL, 0, 0, 0, new SymbolHome.Undefined())));
        List<Relocation> all = new ArrayList<>(object.relocationsOf(code.get()));
        all.add(new Relocation(
                read.get().field(), read.get().type(), id, read.get().addend()));
        all.sort(Comparator.comparingLong(Relocation::offset));
        Section list = object.section(references.get());
        builder.replace(references.get(), list.with(new SectionData.Relocations(code.get(), all)));
        builder.replace(
                code.get(),
                object.section(code.get())
                        .with(new SectionData.Contents(read.get().code())));
        return builder.build();
    }
}
