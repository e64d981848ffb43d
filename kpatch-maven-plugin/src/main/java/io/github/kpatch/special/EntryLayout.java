package io.github.kpatch.special;

/** How a table about code is divided into entries. A closed set: the differ must know each way. */
public sealed interface EntryLayout {
    /**
     * Every entry is one C structure of the kernel.
     *
     * @param structure its name, such as {@code bug_entry}; its size depends on the kernel
     * @param lastMayBeShort whether the last entry may lack its tail padding, because assembler code lays it out
     */
    record Struct(String structure, boolean lastMayBeShort) implements EntryLayout {
        /** Entries that are whole. */
        public Struct(String structure) {
            this(structure, false);
        }
    }

    /**
     * Every entry has the same size on every kernel.
     *
     * @param size in bytes, more than 0
     */
    record Fixed(int size) implements EntryLayout {}

    /**
     * Entries are of any length, and begin where the relocations of another table point to by way of this section's
     * symbol.
     *
     * @param table the other table
     */
    record DelimitedBy(String table) implements EntryLayout {}

    /**
     * Every entry has a second half in another table, at the same position.
     *
     * @param size of the half in this table, in bytes
     * @param companion the other table
     * @param structure the C structure that the companion's entries are; where its size is not known, neither table is
     *     carried
     */
    record Paired(int size, String companion, String structure) implements EntryLayout {}
}
