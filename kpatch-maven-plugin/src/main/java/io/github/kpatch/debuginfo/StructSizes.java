package io.github.kpatch.debuginfo;

import io.github.kpatch.debuginfo.btf.BtfReader;
import io.github.kpatch.debuginfo.dwarf.DwarfReader;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Sizes in bytes of the structures that special sections are arrays of. A structure that the kernel does not have is
 * absent. No size is ever below 1: a table cannot be cut into entries of nothing.
 */
public final class StructSizes {
    /** Every structure that some special section of some architecture is made of. */
    public static final List<String> KNOWN = List.of(
            "alt_instr",
            "bug_entry",
            "exception_table_entry",
            "fixup_entry",
            "jump_entry",
            "orc_entry",
            "paravirt_patch_site",
            "pi_entry",
            "static_call_site");

    /** Where sizes can be read from. */
    public enum Origin {
        /** The section {@code .BTF}: a few megabytes, always first choice. */
        BTF,
        /** {@code .debug_info}: hundreds of megabytes, read up to the last structure wanted. */
        DWARF
    }

    private final SortedMap<String, Integer> sizes;

    private StructSizes(Map<String, Integer> sizes) {
        this.sizes = Collections.unmodifiableSortedMap(new TreeMap<>(sizes));
    }

    /**
     * Sizes that are known already.
     *
     * @throws IllegalArgumentException where a name is not among {@link #KNOWN} or a size is below 1
     */
    public static StructSizes of(Map<String, Integer> sizes) {
        sizes.forEach((name, size) -> {
            if (!KNOWN.contains(name) || size < 1) {
                throw new IllegalArgumentException(name + "=" + size);
            }
        });
        return new StructSizes(sizes);
    }

    /**
     * Reads a list such as {@code alt_instr=12,bug_entry=12}, which {@link #toString()} writes too.
     *
     * @param where what to call the list in messages
     * @throws ProblemException with {@link ProblemCode#PARAMETER_INVALID} where it is no such list, names a structure
     *     that is not among {@link #KNOWN}, or gives two sizes for one
     */
    public static StructSizes parse(String where, String list) {
        Map<String, Integer> sizes = new TreeMap<>();
        for (String part : list.isBlank() ? new String[0] : list.split(",", -1)) {
            String[] pair = part.strip().split("=", -1);
            if (pair.length != 2 || !pair[1].matches("[1-9][0-9]{0,4}")) {
                throw invalid(where, "'" + part + "' is not a structure's name, '=' and its size in bytes.");
            }
            if (!KNOWN.contains(pair[0])) {
                throw invalid(where, "No special section is made of '" + pair[0] + "'; known are " + KNOWN + ".");
            }
            if (sizes.put(pair[0], Integer.valueOf(pair[1])) != null) {
                throw invalid(where, "It gives two sizes for '" + pair[0] + "'.");
            }
        }
        return new StructSizes(sizes);
    }

    private static ProblemException invalid(String where, String what) {
        return ProblemException.input(ProblemCode.PARAMETER_INVALID, where, what);
    }

    /**
     * Reads the sizes of {@code wanted} from BTF where the file has it, else from DWARF.
     *
     * @param wanted names among {@link #KNOWN}. DWARF is read to its end as long as one is missing, so ask only for what
     *     the kernel's config says it has
     * @throws ProblemException with {@link ProblemCode#STRUCT_SIZES_MISSING} when the file has neither, or none of the
     *     structures; {@link ProblemCode#ELF_MALFORMED} when what it has is damaged
     */
    public static StructSizes read(ElfFile file, Collection<String> wanted) {
        return read(file, wanted, BtfReader.isIn(file) ? Origin.BTF : Origin.DWARF);
    }

    /** Reads the sizes of {@code wanted} from {@code origin} alone; otherwise like {@link #read(ElfFile, Collection)}. */
    public static StructSizes read(ElfFile file, Collection<String> wanted, Origin origin) {
        if (!KNOWN.containsAll(wanted)) {
            throw new IllegalArgumentException(wanted.toString());
        }
        boolean isThere = origin == Origin.BTF ? BtfReader.isIn(file) : DwarfReader.isIn(file);
        if (!isThere) {
            throw missing(file, "It holds no " + origin + " type information.");
        }
        Map<String, Integer> sizes =
                origin == Origin.BTF ? BtfReader.structSizes(file, wanted) : DwarfReader.structSizes(file, wanted);
        if (sizes.isEmpty() && !wanted.isEmpty()) {
            throw missing(file, "Its " + origin + " type information has none of the structures " + wanted + ".");
        }
        return of(sizes);
    }

    private static ProblemException missing(ElfFile file, String what) {
        return ProblemException.input(ProblemCode.STRUCT_SIZES_MISSING, file.name(), what);
    }

    /** The size in bytes of the structure, if the kernel has it. */
    public OptionalInt get(String structure) {
        Integer size = sizes.get(structure);
        return size == null ? OptionalInt.empty() : OptionalInt.of(size);
    }

    /** All sizes by name, sorted. */
    public SortedMap<String, Integer> asMap() {
        return sizes;
    }

    /** A list that {@link #parse} reads, sorted by name. */
    @Override
    public String toString() {
        return sizes.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(","));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StructSizes that && sizes.equals(that.sizes);
    }

    @Override
    public int hashCode() {
        return sizes.hashCode();
    }
}
