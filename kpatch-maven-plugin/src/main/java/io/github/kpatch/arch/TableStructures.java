package io.github.kpatch.arch;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.special.EntryLayout;
import java.util.SortedSet;
import java.util.TreeSet;

/** The structures that the tables about code of a machine consist of, as a kernel's type information has them. */
public final class TableStructures {
    private TableStructures() {}

    /** Their sizes, from BTF where the file has it, else from DWARF. */
    public static StructSizes sizesIn(ElfFile vmlinux) {
        return StructSizes.read(vmlinux, of(vmlinux));
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
