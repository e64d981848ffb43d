package io.github.kpatch.elf;

import java.nio.ByteOrder;

/**
 * The fields of an ELF64 file header that say something about the content.
 *
 * @param order byte order of every number in the file
 * @param osAbi {@code e_ident[EI_OSABI]}
 * @param abiVersion {@code e_ident[EI_ABIVERSION]}
 * @param type {@code e_type}; {@link #RELOCATABLE} for objects and modules
 * @param machine {@code e_machine}
 * @param entry {@code e_entry}
 * @param flags {@code e_flags}
 * @param programHeaders how many program headers there are; none in a relocatable object
 */
public record ElfHeader(
        ByteOrder order, int osAbi, int abiVersion, int type, int machine, long entry, int flags, int programHeaders) {
    /** {@code ET_REL}. */
    public static final int RELOCATABLE = 1;

    /** The header of a fresh relocatable object. */
    public static ElfHeader relocatable(ByteOrder order, int machine, int flags) {
        return new ElfHeader(order, 0, 0, RELOCATABLE, machine, 0, flags, 0);
    }
}
