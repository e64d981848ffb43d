package io.github.kpatch.elf;

import java.util.List;
import java.util.Objects;

/**
 * One section of a relocatable object.
 *
 * @param name its name; several sections may share one
 * @param type {@code sh_type}; agrees with the kind of {@code data}
 * @param flags {@code sh_flags}, see {@link SectionFlags}
 * @param address {@code sh_addr}; 0 in objects from a compiler
 * @param alignment {@code sh_addralign}: 0, or a power of two
 * @param entrySize {@code sh_entsize}
 * @param link {@code sh_link}, where it is no consequence of the type
 * @param data what it holds
 */
public record Section(
        String name,
        SectionType type,
        long flags,
        long address,
        long alignment,
        long entrySize,
        SectionLink link,
        SectionData data) {
    public Section {
        Objects.requireNonNull(name);
        Objects.requireNonNull(type);
        Objects.requireNonNull(link);
        Objects.requireNonNull(data);
    }

    /** A fresh section of plain bytes ({@code SHT_PROGBITS}). */
    public static Section ofBytes(String name, long flags, long alignment, Bytes bytes) {
        return new Section(
                name, SectionType.PROGBITS, flags, 0, alignment, 0, SectionLink.NONE, new SectionData.Contents(bytes));
    }

    /** A fresh section of relocations that apply to {@code target}, as an assembler makes it. */
    public static Section ofRelocations(String name, SectionId target, List<Relocation> entries) {
        return new Section(
                name,
                SectionType.RELA,
                SectionFlags.INFO_LINK,
                0,
                8,
                ElfFile.RELA_SIZE,
                SectionLink.NONE,
                new SectionData.Relocations(target, entries));
    }

    /** Whether all bits of {@code mask} are set in the flags. */
    public boolean has(long mask) {
        return (flags & mask) == mask;
    }

    /** Whether it holds relocations. */
    public boolean isRelocations() {
        return data instanceof SectionData.Relocations;
    }

    /** Whether it holds machine code: {@code SHT_PROGBITS} with {@code SHF_EXECINSTR}. */
    public boolean isText() {
        return type.equals(SectionType.PROGBITS) && has(SectionFlags.EXECINSTR);
    }

    /** Its bytes, where it holds plain bytes; else none. */
    public Bytes bytes() {
        return data instanceof SectionData.Contents contents ? contents.bytes() : Bytes.EMPTY;
    }

    /** The same section with other data of the same kind. */
    public Section with(SectionData newData) {
        return new Section(name, type, flags, address, alignment, entrySize, link, newData);
    }

    /** The same section with another name. */
    public Section withName(String newName) {
        return new Section(newName, type, flags, address, alignment, entrySize, link, data);
    }

    /** The same section with another link. */
    public Section withLink(SectionLink newLink) {
        return new Section(name, type, flags, address, alignment, entrySize, newLink, data);
    }

    /** The same section with other flags. */
    public Section withFlags(long newFlags) {
        return new Section(name, type, newFlags, address, alignment, entrySize, link, data);
    }
}
