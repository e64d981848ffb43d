package io.github.kpatch.elf;

/**
 * A symbol of one {@link ElfObject}: its place in {@link ElfObject#symbols()}, which is its index in the file's symbol
 * table too. Index 0 is the null symbol.
 *
 * @param index 0 or more
 */
public record SymbolId(int index) implements Comparable<SymbolId> {
    /** The null symbol, which every symbol table begins with. */
    public static final SymbolId NULL = new SymbolId(0);

    @Override
    public int compareTo(SymbolId other) {
        return Integer.compare(index, other.index);
    }
}
