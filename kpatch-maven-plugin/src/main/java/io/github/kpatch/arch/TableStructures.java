package io.github.kpatch.arch;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.special.EntryLayout;
import io.github.kpatch.special.SpecialSection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;

/** The structures that the tables about code of a machine consist of, as a kernel's type information has them. */
public final class TableStructures {
    private static final String START = "__start_";
    private static final String STOP = "__stop_";

    private TableStructures() {}

    /** Their sizes, from BTF where the file has it, else from DWARF. */
    public static StructSizes sizesIn(ElfFile vmlinux) {
        StructSizes sizes = StructSizes.read(vmlinux, of(vmlinux));
        check(vmlinux, sizes);
        return sizes;
    }

    /**
     * Refuses a size by which the kernel's own table of the structure cannot be cut: tables of objects would be cut wrongly
     * by it, too.
     *
     * @throws ProblemException KP219
     */
    public static void check(ElfFile vmlinux, StructSizes sizes) {
        List<SpecialSection> sections = Architectures.of(vmlinux.header().machine())
                .map(Architecture::specialSections)
                .orElse(List.of());
        Map<String, Long> lengths = tableLengths(vmlinux);
        for (SpecialSection section : sections) {
            if (section.entries() instanceof EntryLayout.Struct struct && !struct.lastMayBeShort()) {
                OptionalInt size = sizes.get(struct.structure());
                long length = lengths.getOrDefault(section.name(), 0L);
                if (size.isPresent() && length % size.getAsInt() != 0) {
                    throw ProblemException.input(
                            ProblemCode.STRUCT_SIZE_WRONG,
                            vmlinux.name(),
                            "By its type information a " + struct.structure() + " has " + size.getAsInt()
                                    + " bytes, and its table " + section.name() + " of " + length
                                    + " bytes does not consist of such.");
                }
            }
        }
    }

    /**
     * The lengths of a linked kernel's tables by the name of the section that objects have them in. Some keep a section of
     * their own; others are put among other data, between symbols named by the kernel's linker script.
     */
    private static Map<String, Long> tableLengths(ElfFile vmlinux) {
        Map<String, Long> starts = new HashMap<>();
        Map<String, Long> stops = new HashMap<>();
        vmlinux.section(SectionType.SYMTAB)
                .ifPresent(table -> vmlinux.forEachSymbol(table, symbol -> {
                    if (symbol.name().startsWith(START)) {
                        starts.put(symbol.name().substring(START.length()), symbol.value());
                    } else if (symbol.name().startsWith(STOP)) {
                        stops.put(symbol.name().substring(STOP.length()), symbol.value());
                    }
                }));
        Map<String, Long> lengths = new HashMap<>();
        starts.forEach((name, start) -> {
            if (stops.containsKey(name)) {
                lengths.put(name, stops.get(name) - start);
                lengths.put("." + name, stops.get(name) - start);
            }
        });
        vmlinux.sections().forEach(section -> lengths.put(section.name(), section.size()));
        return lengths;
    }

    /**
     * Their names, as far as type information can be asked for them. Looking for a structure that a machine does not
     * have means reading all of the debug information.
     */
    public static SortedSet<String> of(ElfFile vmlinux) {
        SortedSet<String> structures = new TreeSet<>();
        Architectures.of(vmlinux.header().machine())
                .ifPresentOrElse(
                        architecture -> architecture.specialSections().forEach(section -> {
                            if (section.entries() instanceof EntryLayout.Struct struct) {
                                structures.add(struct.structure());
                            } else if (section.entries() instanceof EntryLayout.Paired paired) {
                                structures.add(paired.structure());
                            }
                        }),
                        () -> structures.addAll(StructSizes.KNOWN));
        structures.retainAll(StructSizes.KNOWN);
        return structures;
    }
}
