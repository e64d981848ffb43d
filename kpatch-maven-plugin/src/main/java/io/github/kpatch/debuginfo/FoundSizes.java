package io.github.kpatch.debuginfo;

import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Gathers what a reader finds. Every source file that includes a header brings the structure again, all with one size;
 * two sizes for one name mean that the name says nothing, and a guess would corrupt a table.
 */
public final class FoundSizes {
    private final ElfFile file;
    private final Set<String> missing;
    private final Map<String, Integer> sizes = new TreeMap<>();

    /**
     * @param file where the structures are looked for
     * @param wanted their names
     */
    public FoundSizes(ElfFile file, Collection<String> wanted) {
        this.file = file;
        this.missing = new TreeSet<>(wanted);
    }

    /** Whether every structure wanted has been found. */
    public boolean isComplete() {
        return missing.isEmpty();
    }

    /**
     * Notes the complete definition of a structure that is wanted.
     *
     * @param size unsigned, in bytes
     */
    public void add(String name, long size) {
        if (size < 1 || size > 0xffff) {
            throw ProblemException.input(
                    ProblemCode.ELF_MALFORMED,
                    file.name(),
                    "The structure " + name + " has the size " + Long.toUnsignedString(size) + ".");
        }
        Integer before = sizes.put(name, (int) size);
        missing.remove(name);
        if (before != null && before != size) {
            throw ProblemException.input(
                    ProblemCode.STRUCT_SIZES_MISSING,
                    file.name(),
                    "It has structures " + name + " of " + before + " and of " + size + " bytes.");
        }
    }

    /** What was found, by name. */
    public Map<String, Integer> sizes() {
        return sizes;
    }
}
