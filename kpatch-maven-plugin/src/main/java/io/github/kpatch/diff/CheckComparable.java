package io.github.kpatch.diff;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.Architectures;
import io.github.kpatch.elf.ElfHeader;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.intermediate.IntermediateLayout;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes sure that the two objects are builds of one thing for one machine, before anything is compared: another ABI or
 * machine flag would make every later answer meaningless. Objects with program headers are linked already and have lost
 * what the comparison needs, and outputs of the differ would get their tables twice. Symbols are of the kinds that C
 * has, section symbols stand for their section's beginning, a global name is one symbol's, code bears no name and no type of data, what is loaded is of a type that the kernel's objects have, each field is filled by one
 * relocation, and what is loaded refers to nothing that is not, all of which every later pass takes for granted.
 */
final class CheckComparable {
    private static final Set<SymbolType> TYPES = Set.of(SymbolType.NOTYPE, SymbolType.OBJECT, SymbolType.FUNC);
    private static final Set<SymbolBinding> BINDINGS =
            Set.of(SymbolBinding.LOCAL, SymbolBinding.GLOBAL, SymbolBinding.WEAK);
    /** Of what is loaded; another type would take its section out of the rules for code and for data. */
    private static final Set<SectionType> LOADED = Set.of(
            SectionType.PROGBITS,
            SectionType.NOBITS,
            SectionType.NOTE,
            SectionType.INIT_ARRAY,
            SectionType.FINI_ARRAY,
            SectionType.X86_64_UNWIND);

    private static final Set<String> OUTPUT_TABLES = Set.of(
            IntermediateLayout.STRINGS,
            IntermediateLayout.FUNCTIONS,
            IntermediateLayout.RELOCATIONS,
            IntermediateLayout.SYMBOLS,
            IntermediateLayout.ARCH);

    private CheckComparable() {}

    /**
     * Two objects that can be compared.
     *
     * @param objects the objects
     * @param arch the machine both are for
     */
    record ComparablePair(ObjectPair objects, Architecture arch) {}

    /**
     * The pair with its architecture.
     *
     * @throws ProblemException when no architecture knows the machine, or an object is not a compiler's
     */
    static ComparablePair of(ObjectPair objects) {
        ElfHeader original = objects.original().header();
        ElfHeader patched = objects.patched().header();
        if (!original.equals(patched)) {
            throw notComparable(objects, "The ELF headers of original and patched object differ.");
        }
        if (original.programHeaders() != 0) {
            throw notComparable(objects, "The objects have program headers, so they are linked already.");
        }
        Architecture arch = Architectures.of(original.machine())
                .filter(known -> known.order().equals(original.order()))
                .orElseThrow(() -> ProblemException.input(
                        ProblemCode.OBJECT_UNSUPPORTED,
                        objects.name(),
                        "Objects for machine " + original.machine() + " (" + original.order()
                                + ") are not supported yet."));
        for (ElfObject object : List.of(objects.original(), objects.patched())) {
            checkSymbols(objects.name(), object);
            checkSections(objects.name(), arch, object);
        }
        return new ComparablePair(objects, arch);
    }

    private static void checkSymbols(String name, ElfObject object) {
        Set<String> global = new HashSet<>();
        for (int i = 1; i < object.symbols().size(); i++) {
            Symbol symbol = object.symbols().get(i);
            boolean inRelocations = symbol.home()
                    .section()
                    .map(object::section)
                    .filter(Section::isRelocations)
                    .isPresent();
            if (inRelocations || !isCompilers(symbol)) {
                throw ProblemException.input(
                        ProblemCode.OBJECT_UNSUPPORTED,
                        name + ", symbol " + symbol.name(),
                        "No compiler gives a kernel's symbol type " + symbol.type() + ", binding " + symbol.binding()
                                + " and value " + Long.toHexString(symbol.value()) + " at such a place.");
            }
            if (!symbol.isLocal() && !global.add(symbol.name())) {
                throw ProblemException.input(
                        ProblemCode.OBJECT_UNSUPPORTED,
                        name + ", symbol " + symbol.name(),
                        "It is the second one of this name that other objects can see; a compiler makes one.");
            }
        }
    }

    private static boolean isCompilers(Symbol symbol) {
        if (symbol.isSection()) {
            return symbol.isLocal()
                    && symbol.value() == 0
                    && symbol.home().section().isPresent();
        }
        if (symbol.type().equals(SymbolType.FILE)) {
            return symbol.isLocal() && symbol.home() instanceof SymbolHome.Absolute;
        }
        return TYPES.contains(symbol.type()) && BINDINGS.contains(symbol.binding());
    }

    private static void checkSections(String name, Architecture arch, ElfObject object) {
        Set<SectionId> relocated = new HashSet<>();
        for (Section section : object.sections()) {
            if (section.data() instanceof SectionData.Relocations relocations) {
                if (!relocated.add(relocations.target())) {
                    throw ProblemException.input(
                            ProblemCode.OBJECT_UNSUPPORTED,
                            name + ", section " + section.name(),
                            "It is the second relocation section for "
                                    + object.section(relocations.target()).name() + "; a compiler makes one.");
                }
                checkFields(name + ", section " + section.name(), arch, relocations);
                checkTargets(name, object, relocations);
            }
            if (section.has(SectionFlags.EXECINSTR) && SectionNames.isNeverCode(arch, section.name())) {
                throw ProblemException.input(
                        ProblemCode.OBJECT_UNSUPPORTED,
                        name + ", section " + section.name(),
                        "It holds code under a name that compilers and the kernel give to data.");
            }
            boolean strange = section.has(SectionFlags.EXECINSTR)
                    ? !section.isText() || !section.has(SectionFlags.ALLOC)
                    : section.has(SectionFlags.ALLOC) && !LOADED.contains(section.type());
            if (strange) {
                throw ProblemException.input(
                        ProblemCode.OBJECT_UNSUPPORTED,
                        name + ", section " + section.name(),
                        "No compiler gives a kernel's " + (section.has(SectionFlags.EXECINSTR) ? "code" : "data")
                                + " the type " + section.type() + " and the flags 0x"
                                + Long.toHexString(section.flags()) + ".");
            }
            if (OUTPUT_TABLES.contains(section.name())) {
                throw ProblemException.input(
                        ProblemCode.OBJECT_INVALID,
                        name + ", section " + section.name(),
                        "It is the differ's own: the object is an output of the differ, not of a compiler.");
            }
        }
    }

    /** Each reference is compared by itself, which says nothing of a field that two of them fill one after the other. */
    private static void checkFields(String where, Architecture arch, SectionData.Relocations relocations) {
        long filled = 0;
        List<Relocation> filling = relocations.entries().stream()
                .filter(relocation -> fieldSize(arch, relocation) > 0)
                .sorted(Comparator.comparingLong(Relocation::offset))
                .toList();
        for (Relocation relocation : filling) {
            if (relocation.offset() < filled) {
                throw ProblemException.input(
                        ProblemCode.OBJECT_UNSUPPORTED,
                        where,
                        String.format(
                                "Two relocations fill the field at offset 0x%x; a compiler makes one.",
                                relocation.offset()));
            }
            filled = relocation.offset() + fieldSize(arch, relocation);
        }
    }

    /** What is not loaded is compared and carried by rules of its own, if at all. */
    private static void checkTargets(String name, ElfObject object, SectionData.Relocations relocations) {
        Section base = object.section(relocations.target());
        if (!base.has(SectionFlags.ALLOC)) {
            return;
        }
        for (Relocation relocation : relocations.entries()) {
            Optional<Section> target =
                    object.symbol(relocation.symbol()).home().section().map(object::section);
            if (target.filter(section -> !section.has(SectionFlags.ALLOC)).isPresent()) {
                throw ProblemException.input(
                        ProblemCode.OBJECT_UNSUPPORTED,
                        name + ", section " + base.name(),
                        "It refers to section " + target.get().name() + ", which is not loaded.");
            }
        }
    }

    /** Of a type that no module has, a byte at least. */
    private static int fieldSize(Architecture arch, Relocation relocation) {
        return arch.relocationFieldSize(relocation.type()).orElse(1);
    }

    private static UnreconcilableException notComparable(ObjectPair objects, String what) {
        return new UnreconcilableException(Problem.of(ProblemCode.OBJECTS_NOT_COMPARABLE, objects.name(), what));
    }
}
