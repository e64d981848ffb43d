package io.github.kpatch.debuginfo.dwarf;

import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionHeader;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;

/**
 * What a unit of {@code .debug_info} or {@code .debug_types} begins with, in DWARF 2 to 5.
 *
 * @param start offset of the unit in its section
 * @param end offset behind it
 * @param abbreviations offset of its table in {@code .debug_abbrev}
 * @param shape what sizes in it depend on
 */
record UnitHeader(long start, long end, long abbreviations, UnitShape shape) {
    /**
     * Reads one.
     *
     * @param reader stands where the unit begins, and then behind its header
     * @param isTypes whether the section is {@code .debug_types}
     */
    static UnitHeader read(
            ElfFile file, SectionHeader section, boolean isTypes, ForwardReader reader, DebugRelocations relocations)
            throws IOException {
        long start = reader.position();
        long length = reader.unsigned(4);
        int offsetSize = 4;
        if (length == 0xffffffffL) {
            offsetSize = 8;
            length = reader.unsigned(8);
        } else if (length >= 0xfffffff0L) {
            throw damaged(file, section, start, "has a reserved length");
        }
        long end = reader.position() + length;
        if (length < 0 || end < 0) {
            throw damaged(file, section, start, "is too long");
        }
        int version = (int) reader.unsigned(2);
        if (version < 2 || version > 5) {
            throw damaged(file, section, start, "has DWARF version " + version);
        }
        int kind = version == 5 ? reader.u8() : isTypes ? 2 : 1;
        int addressSize = version == 5 ? reader.u8() : 0;
        long at = reader.position();
        long table = relocations.value(at, reader.unsigned(offsetSize));
        if (version < 5) {
            addressSize = reader.u8();
        }
        if (addressSize > 8) {
            throw damaged(file, section, start, "has addresses of " + addressSize + " bytes");
        }
        switch (kind) {
            case 1, 3 -> {} // compile, partial
            case 2, 6 -> reader.skip(8 + offsetSize); // type, split type: signature, offset of the type
            case 4, 5 -> reader.skip(8); // skeleton, split compile: id
            default -> throw damaged(file, section, start, "has the unknown type " + kind);
        }
        return new UnitHeader(start, end, table, new UnitShape(version, offsetSize, addressSize));
    }

    static ProblemException damaged(ElfFile file, SectionHeader section, long offset, String what) {
        return ProblemException.input(
                ProblemCode.ELF_MALFORMED,
                file.name() + ", section " + section.name() + ", offset 0x" + Long.toHexString(offset),
                "The unit " + what + ".");
    }
}
