package io.github.kpatch.elf;

/** The {@code sh_flags} bits of a section that the engine knows. */
public final class SectionFlags {
    /** Writable while the program runs. */
    public static final long WRITE = 0x1;
    /** Takes up memory while the program runs. */
    public static final long ALLOC = 0x2;
    /** Holds machine instructions. */
    public static final long EXECINSTR = 0x4;
    /** May be merged. */
    public static final long MERGE = 0x10;
    /** Holds NUL-terminated strings. */
    public static final long STRINGS = 0x20;
    /** {@code sh_info} is a section index. */
    public static final long INFO_LINK = 0x40;
    /** Must be placed in the order of the section that {@code sh_link} names. */
    public static final long LINK_ORDER = 0x80;
    /** Member of a section group. */
    public static final long GROUP = 0x200;
    /** Compressed, with a header in front. */
    public static final long COMPRESSED = 0x800;

    private SectionFlags() {}
}
