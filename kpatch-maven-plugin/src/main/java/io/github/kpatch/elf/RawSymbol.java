package io.github.kpatch.elf;

/**
 * One entry of a symbol table as it stands in a file.
 *
 * @param name {@code st_name} as text
 * @param type what it names
 * @param binding who sees it
 * @param other {@code st_other}
 * @param sectionIndex {@code st_shndx}, extended numbering resolved; 0 for an undefined symbol
 * @param reserved whether {@code sectionIndex} is a reserved number such as {@code SHN_ABS} and no section
 * @param value {@code st_value}
 * @param size {@code st_size} in bytes
 */
public record RawSymbol(
        String name,
        SymbolType type,
        SymbolBinding binding,
        int other,
        int sectionIndex,
        boolean reserved,
        long value,
        long size) {
    /** {@code SHN_ABS}. */
    public static final int ABSOLUTE = 0xfff1;
    /** {@code SHN_COMMON}. */
    public static final int COMMON = 0xfff2;

    /** Whether the symbol is defined elsewhere. */
    public boolean isUndefined() {
        return sectionIndex == 0;
    }
}
