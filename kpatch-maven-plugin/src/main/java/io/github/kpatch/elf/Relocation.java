package io.github.kpatch.elf;

/**
 * One entry of a relocation section with addends.
 *
 * @param offset {@code r_offset} in the section that is relocated
 * @param type what to compute and store
 * @param symbol what it refers to; {@link SymbolId#NULL} for none
 * @param addend {@code r_addend}, all 64 bits: x86 kernels do use addends beyond 31 bits
 */
public record Relocation(long offset, RelocationType type, SymbolId symbol, long addend) {}
