package io.github.kpatch.elf;

/** What {@code sh_link} names. Relocation sections and groups always name the symbol table, so there it is not kept. */
public sealed interface SectionLink {
    /** Nothing. */
    SectionLink NONE = new None();

    /** Nothing. */
    record None() implements SectionLink {}

    /** The symbol table, which the writer makes. */
    record SymbolTable() implements SectionLink {}

    /** Another section, as {@code SHF_LINK_ORDER} demands. */
    record To(SectionId id) implements SectionLink {}
}
