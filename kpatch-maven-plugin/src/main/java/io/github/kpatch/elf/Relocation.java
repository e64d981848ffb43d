package io.github.kpatch.elf;

/**
 * One entry of a relocation section with addends.
 *
 * @param offset {@code r_offset} in the section that is relocated
 * @param type what to compute and store
 * @param symbol what it refers to; {@link SymbolId#NULL} for none
 * @param addend {@code r_addend}, all 64 bits: x86 kernels do use addends beyond 31 bits
 */
public record Relocation(long offset, RelocationType type, SymbolId symbol, long addend) {
    /** The same relocation {@code shift} bytes further on. */
    public Relocation movedBy(long shift) {
        return new Relocation(offset + shift, type, symbol, addend);
    }

    /** The same relocation to another symbol. */
    public Relocation withSymbol(SymbolId newSymbol) {
        return new Relocation(offset, type, newSymbol, addend);
    }

    /** The same relocation with another addend. */
    public Relocation withAddend(long newAddend) {
        return new Relocation(offset, type, symbol, newAddend);
    }
}
