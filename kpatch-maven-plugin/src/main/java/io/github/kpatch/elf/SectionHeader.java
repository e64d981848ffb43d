package io.github.kpatch.elf;

/**
 * One entry of a file's section header table, as it stands there.
 *
 * @param index its index in the file
 * @param name its name
 * @param type {@code sh_type}
 * @param flags {@code sh_flags}
 * @param address {@code sh_addr}
 * @param offset {@code sh_offset}
 * @param size {@code sh_size} in bytes
 * @param link {@code sh_link}
 * @param info {@code sh_info}
 * @param alignment {@code sh_addralign}
 * @param entrySize {@code sh_entsize}
 */
public record SectionHeader(
        int index,
        String name,
        SectionType type,
        long flags,
        long address,
        long offset,
        long size,
        int link,
        int info,
        long alignment,
        long entrySize) {}
