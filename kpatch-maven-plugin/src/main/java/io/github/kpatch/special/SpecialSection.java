package io.github.kpatch.special;

/** One of the kernel's tables about code. */
public interface SpecialSection {
    /** The section's name. */
    String name();

    /** How it is divided. */
    EntryLayout entries();

    /**
     * What to do with an entry that describes a function of the patch.
     *
     * @throws io.github.kpatch.problem.ProblemException when the entry has not the shape the kernel's version of the
     *     table has
     */
    Verdict judge(TableEntry entry, TableContext context);

    /** A table whose entries all go along with their functions. */
    static SpecialSection plain(String name, EntryLayout entries) {
        return new PlainTable(name, entries);
    }
}
