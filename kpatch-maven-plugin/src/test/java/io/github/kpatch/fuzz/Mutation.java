package io.github.kpatch.fuzz;

/**
 * The kinds of the smallest changes of what an object says. In one object of a pair they are what a compiler makes of a
 * small change in the source, so the differ has to notice each; {@link Mutations} makes them.
 */
enum Mutation {
    /** A bit of a table about code. */
    TABLE_BYTE,
    /** An entry of a table refers to something else. */
    TABLE_TARGET,
    /** An entry of a table refers to the byte behind. */
    TABLE_ADDEND,
    /** A table has an entry less. */
    ENTRY_DROPPED,
    /** A table has an entry twice. */
    ENTRY_DUPLICATED,
    /** Two neighbours of a table have changed places. */
    ENTRIES_SWAPPED,
    /** A bit of code: a function's, that of an alternative or of a fix-up. */
    CODE_BYTE,
    /** Code refers to something else. */
    CODE_TARGET,
    /** Code refers to the byte behind. */
    CODE_ADDEND,
    /** A bit of a string literal. */
    LITERAL_BYTE,
    /** A bit of what is loaded and neither code, literal nor table. */
    DATA_BYTE,
    /** Such data refers to something else. */
    DATA_TARGET,
    /** Who else sees a symbol. */
    SYMBOL_VISIBILITY,
    /** A symbol is a byte longer. */
    SYMBOL_SIZE,
    /** A section is aligned to twice as much. */
    SECTION_ALIGNMENT,
    /** A section can be written to, or no longer. */
    SECTION_WRITABLE,
    /** A section with all its symbols is gone. */
    SECTION_DROPPED
}
