package io.github.kpatch.special;

import java.util.Map;
import java.util.Optional;

/** One of the kernel's tables about code. */
public interface SpecialSection {
    /** The section's name. */
    String name();

    /** How it is divided. */
    EntryLayout entries();

    /**
     * What an entry says.
     *
     * @param size of the entries in this kernel, in bytes; 0 where they are of any length
     * @return empty where no kernel that the engine knows has entries of that size
     */
    Optional<EntryMeaning> meaning(int size);

    /**
     * What to do with an entry that describes a function of the patch.
     *
     * @throws io.github.kpatch.problem.ProblemException when the entry has not the shape the kernel's version of the
     *     table has
     */
    Verdict judge(TableEntry entry, TableContext context);

    /** A table of structures whose entries all go along with their functions. */
    static SpecialSection ofStructures(
            String name, EntryLayout.Struct structure, Map<Integer, EntryMeaning> meaningBySize) {
        return new PlainTable(name, structure, meaningBySize);
    }

    /** A table of entries of one size that all go along with their functions. */
    static SpecialSection ofFixed(String name, int size, EntryMeaning meaning) {
        return new PlainTable(name, new EntryLayout.Fixed(size), Map.of(size, meaning));
    }
}
