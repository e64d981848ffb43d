package io.github.kpatch.elf;

import java.util.Optional;

/** Where a symbol is defined: one field for what {@code st_shndx} says. */
public sealed interface SymbolHome {
    /** The section the symbol is defined in, if it is defined in one. */
    default Optional<SectionId> section() {
        return Optional.empty();
    }

    /** Defined in a section. */
    record InSection(SectionId id) implements SymbolHome {
        @Override
        public Optional<SectionId> section() {
            return Optional.of(id);
        }
    }

    /** Not defined here ({@code SHN_UNDEF}). */
    record Undefined() implements SymbolHome {}

    /** A number, not an address ({@code SHN_ABS}). */
    record Absolute() implements SymbolHome {}

    /** A common block the linker places ({@code SHN_COMMON}). */
    record Common() implements SymbolHome {}

    /**
     * Any other reserved index, such as Linux's {@code SHN_LIVEPATCH}.
     *
     * @param index 0xff00 to 0xfffe
     */
    record Reserved(int index) implements SymbolHome {}
}
