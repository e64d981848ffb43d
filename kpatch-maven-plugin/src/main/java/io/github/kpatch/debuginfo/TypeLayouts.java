package io.github.kpatch.debuginfo;

import io.github.kpatch.debuginfo.dwarf.DwarfTypes;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The layouts of all types that an object's source defines, by name. A name has several where functions have types of
 * their own by the same name.
 */
public record TypeLayouts(SortedMap<String, Set<TypeLayout>> byName) {
    public TypeLayouts {
        byName = Collections.unmodifiableSortedMap(new TreeMap<>(byName));
    }

    /**
     * Reads them from the DWARF of an object that was compiled with {@code -fno-eliminate-unused-debug-types}, else
     * types are missing.
     *
     * @throws ProblemException with {@link ProblemCode#STRUCT_SIZES_MISSING} when there is no DWARF; {@link
     *     ProblemCode#ELF_MALFORMED} when it is damaged or newer than this version
     */
    public static TypeLayouts read(ElfFile file) {
        if (!DwarfTypes.areIn(file)) {
            throw ProblemException.input(
                    ProblemCode.STRUCT_SIZES_MISSING, file.name(), "It holds no DWARF type information.");
        }
        return new TypeLayouts(DwarfTypes.read(file));
    }
}
