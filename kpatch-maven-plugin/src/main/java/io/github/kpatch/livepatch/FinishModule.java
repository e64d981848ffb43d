package io.github.kpatch.livepatch;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfObjectBuilder;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SectionLink;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.intermediate.ArchSection;
import io.github.kpatch.intermediate.IntermediateLayout;
import io.github.kpatch.intermediate.IntermediateReader;
import io.github.kpatch.intermediate.IntermediateTables;
import io.github.kpatch.intermediate.KlpRelocation;
import io.github.kpatch.intermediate.KlpSymbol;
import io.github.kpatch.intermediate.PatchedFunction;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.special.EntryLayout;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The last step on a linked module: turns the intermediate tables into the klp symbols and klp relocations that the
 * kernel's livepatch core resolves. An ordinary linker can neither make nor keep these ({@code SHN_LIVEPATCH}, {@code
 * SHF_RELA_LIVEPATCH}), which is why they travel through the link as tables.
 *
 * <p>Source: {@code Documentation/livepatch/module-elf-format.rst}.
 */
public final class FinishModule {
    private static final int ARCH_ALIGNMENT = 8;
    /** Tables that nothing reads once the module is loaded, hence freed with its initialisation code. */
    private static final String INIT_PREFIX = ".init";

    private static final Set<String> CONSUMED = Set.of(
            IntermediateLayout.SYMBOLS, IntermediateLayout.RELOCATIONS, IntermediateLayout.ARCH, ".kpatch.force");

    private final String where;
    private final ElfObject object;
    private final KernelRelease release;
    private final IntermediateTables tables;
    private final ElfObjectBuilder builder;

    private FinishModule(String where, ElfObject object, KernelRelease release, Architecture arch) {
        this.where = where;
        this.object = object;
        this.release = release;
        this.tables = IntermediateReader.read(where, object, arch.absolute64());
        this.builder = ElfObjectBuilder.from(object);
        if (object.header().programHeaders() != 0) {
            throw invalid("file header", "It has program headers, which no relocatable object has.");
        }
    }

    /**
     * The finished module.
     *
     * @param where what to call the module in messages
     * @param linked the {@code .ko} that kbuild made
     * @param release the target kernel's release, which says how long names may be
     * @param arch the machine it is for
     * @param sizes how large the kernel's structures are; asked by kernels before 5.8 only
     * @throws ProblemException where the tables are missing or malformed ({@link ProblemCode#INTERMEDIATE_INVALID}), or
     *     a name does not fit ({@link ProblemCode#KLP_NAME_INVALID})
     */
    public static byte[] finish(
            String where, byte[] linked, KernelRelease release, Architecture arch, StructSizes sizes) {
        FinishModule module = new FinishModule(where, ElfReader.read(where, linked), release, arch);
        module.checkFunctionNames();
        module.addKlpRelocations();
        module.addArchSections(arch, sizes);
        module.removeConsumedTables();
        module.moveTablesToInit();
        return ElfWriter.write(module.builder.build());
    }

    private void checkFunctionNames() {
        for (PatchedFunction function : tables.functions()) {
            KlpNames.checkSymbol(where, function.name(), function.objectName(), release);
        }
    }

    /** Where klp relocations go: two sections of one name need two lists. */
    private record Destination(String objectName, SectionId section) {}

    private void addKlpRelocations() {
        Map<String, SymbolId> symbols = new LinkedHashMap<>();
        Map<Destination, List<Relocation>> relocations = new LinkedHashMap<>();
        for (KlpRelocation relocation : tables.relocations()) {
            SymbolId symbol = klpSymbol(symbols, tables.symbols().get(relocation.symbolIndex()));
            relocations
                    .computeIfAbsent(
                            new Destination(relocation.objectName(), relocation.section()), key -> new ArrayList<>())
                    .add(new Relocation(relocation.offset(), relocation.type(), symbol, relocation.addend()));
        }
        relocations.forEach((destination, entries) -> {
            String base = object.section(destination.section()).name();
            String name = KlpNames.relocations(where, destination.objectName(), base);
            builder.add(Section.ofRelocations(name, destination.section(), entries)
                    .withFlags(KlpNames.SHF_RELA_LIVEPATCH | SectionFlags.INFO_LINK | SectionFlags.ALLOC));
        });
    }

    private SymbolId klpSymbol(Map<String, SymbolId> symbols, KlpSymbol klp) {
        return symbols.computeIfAbsent(
                KlpNames.symbol(where, klp, release),
                name -> builder.add(new Symbol(
                        name, klp.type(), klp.binding(), 0, 0, 0, new SymbolHome.Reserved(KlpNames.SHN_LIVEPATCH))));
    }

    /** Bytes and relocations that several units contribute to one section. */
    private static final class Collected {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final List<Relocation> relocations = new ArrayList<>();

        void append(Section section, List<Relocation> added, int entrySize) {
            // A unit's last entry lacks its padding, which the next unit's first entry needs before it.
            while (bytes.size() % entrySize != 0) {
                bytes.write(0);
            }
            int start = bytes.size();
            bytes.writeBytes(section.bytes().toArray());
            added.forEach(relocation -> relocations.add(relocation.movedBy(start)));
        }
    }

    /**
     * Kernels before 5.8 process alternatives and paravirt sites before klp relocations unless they stand in sections of
     * their own, one for each object patched.
     */
    private void addArchSections(Architecture arch, StructSizes sizes) {
        Map<String, Collected> sections = new LinkedHashMap<>();
        for (ArchSection each : tables.archSections()) {
            Section section = object.section(each.section());
            sections.computeIfAbsent(
                            KlpNames.ARCH_PREFIX + each.objectName() + "." + section.name(), key -> new Collected())
                    .append(section, object.relocationsOf(each.section()), boundary(section.name(), arch, sizes));
        }
        new TreeSet<>(tables.archSections().stream().map(ArchSection::section).toList()).forEach(builder::remove);
        sections.forEach((name, collected) -> {
            SectionId id = builder.add(new Section(
                    name,
                    SectionType.PROGBITS,
                    SectionFlags.ALLOC,
                    0,
                    ARCH_ALIGNMENT,
                    1,
                    SectionLink.NONE,
                    new SectionData.Contents(Bytes.copyOf(collected.bytes.toByteArray()))));
            builder.add(Section.ofRelocations(".rela" + name, id, collected.relocations));
        });
    }

    /** At what multiple of bytes the next unit's entries begin: where the last entry may be short, at that of an entry. */
    private int boundary(String table, Architecture arch, StructSizes sizes) {
        Optional<String> shortEntry = arch.specialSections().stream()
                .filter(special -> special.name().equals(table))
                .flatMap(special -> special.entries() instanceof EntryLayout.Struct struct && struct.lastMayBeShort()
                        ? Stream.of(struct.structure())
                        : Stream.empty())
                .findFirst();
        return shortEntry
                .map(structure -> sizes.get(structure)
                        .orElseThrow(() -> invalid(table, "The size of struct " + structure + " is not known.")))
                .orElse(1);
    }

    private void removeConsumedTables() {
        Set<SectionId> removed = new TreeSet<>();
        tables.archSections().forEach(arch -> removed.add(arch.section()));
        for (String name : CONSUMED) {
            removed.addAll(object.sectionsNamed(name));
        }
        // A section's relocations go with it.
        List.copyOf(removed).forEach(id -> object.relocationSectionOf(id).ifPresent(removed::add));
        checkUnused(removed);
        removed.forEach(builder::remove);
    }

    /** What is kept must not refer to a table that goes; our own linker script and objects never do. */
    private void checkUnused(Set<SectionId> removed) {
        for (SectionId id : object.sectionIds()) {
            Section section = object.section(id);
            SectionData data = section.data();
            if (removed.contains(id)
                    || (data instanceof SectionData.Relocations relocations
                            && removed.contains(relocations.target()))) {
                continue;
            }
            if (section.link() instanceof SectionLink.To to && removed.contains(to.id())) {
                throw refersToRemoved(section, object.section(to.id()).name());
            }
            if (data instanceof SectionData.Relocations relocations) {
                relocations.entries().forEach(entry -> checkKept(section, entry.symbol(), removed));
            } else if (data instanceof SectionData.Group group) {
                checkKept(section, group.signature(), removed);
            }
        }
    }

    private void checkKept(Section section, SymbolId symbol, Set<SectionId> removed) {
        Symbol used = object.symbol(symbol);
        if (used.home().section().filter(removed::contains).isPresent()) {
            throw refersToRemoved(section, used.name());
        }
    }

    private ProblemException refersToRemoved(Section section, String what) {
        return invalid(section.name(), "It refers to " + what + ", which is no part of the finished module.");
    }

    private void moveTablesToInit() {
        for (SectionId id : object.sectionIds()) {
            Section section = object.section(id);
            boolean isTable = section.name().equals(IntermediateLayout.FUNCTIONS)
                    || section.name().startsWith(IntermediateLayout.CALLBACKS_PREFIX);
            if (isTable) {
                builder.replace(id, section.withName(INIT_PREFIX + section.name()));
                object.relocationSectionOf(id)
                        .ifPresent(relocations -> builder.replace(
                                relocations,
                                object.section(relocations).withName(".rela" + INIT_PREFIX + section.name())));
            }
        }
    }

    private ProblemException invalid(String section, String what) {
        return ProblemException.input(ProblemCode.INTERMEDIATE_INVALID, where + ", " + section, what);
    }
}
