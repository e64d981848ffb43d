package io.github.kpatch.elf;

/**
 * The {@code sh_type} of a section. An open set, so that a type this version has never heard of survives a round trip.
 *
 * @param value the 32 bits as they stand in the file
 */
public record SectionType(int value) {
    public static final SectionType NULL = new SectionType(0);
    public static final SectionType PROGBITS = new SectionType(1);
    public static final SectionType SYMTAB = new SectionType(2);
    public static final SectionType STRTAB = new SectionType(3);
    public static final SectionType RELA = new SectionType(4);
    public static final SectionType NOTE = new SectionType(7);
    public static final SectionType NOBITS = new SectionType(8);
    public static final SectionType REL = new SectionType(9);
    public static final SectionType DYNSYM = new SectionType(11);
    public static final SectionType INIT_ARRAY = new SectionType(14);
    public static final SectionType FINI_ARRAY = new SectionType(15);
    public static final SectionType GROUP = new SectionType(17);
    public static final SectionType SYMTAB_SHNDX = new SectionType(18);
    /** {@code SHT_X86_64_UNWIND}, which LLVM gives to {@code .eh_frame} (System V ABI, AMD64 supplement). */
    public static final SectionType X86_64_UNWIND = new SectionType(0x70000001);

    @Override
    public String toString() {
        return switch (value) {
            case 0 -> "NULL";
            case 1 -> "PROGBITS";
            case 2 -> "SYMTAB";
            case 3 -> "STRTAB";
            case 4 -> "RELA";
            case 7 -> "NOTE";
            case 8 -> "NOBITS";
            case 9 -> "REL";
            case 11 -> "DYNSYM";
            case 14 -> "INIT_ARRAY";
            case 15 -> "FINI_ARRAY";
            case 17 -> "GROUP";
            case 18 -> "SYMTAB_SHNDX";
            default -> String.format("0x%x", value);
        };
    }
}
