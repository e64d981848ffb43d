package io.github.kpatch.debuginfo.dwarf;

import java.io.IOException;

/**
 * The {@code DW_FORM} codes: how long an attribute's value is. Every form of DWARF 2 to 5 and of the GNU extensions that
 * gcc, clang and dwz write is here, for the length of what is skipped must be known.
 */
final class Form {
    static final int STRING = 0x08;
    static final int STRP = 0x0e;
    static final int INDIRECT = 0x16;
    static final int LINE_STRP = 0x1f;
    static final int IMPLICIT_CONST = 0x21;
    private static final int UDATA = 0x0f;
    static final int REF_ADDR = 0x10;
    static final int SDATA = 0x0d;
    static final int BLOCK1 = 0x0a;
    static final int EXPRLOC = 0x18;
    private static final int REF_UDATA = 0x15;
    private static final int STRX = 0x1a;
    private static final int GNU_STR_INDEX = 0x1f02;

    /** No fixed size. */
    static final int VARIABLE = -1;
    /** No form. */
    static final int UNKNOWN = -2;

    private Form() {}

    /** How many bytes a value takes in a unit of that shape, {@link #VARIABLE} or {@link #UNKNOWN}. */
    static int size(int form, UnitShape shape) {
        return switch (form) {
            case 0x19, IMPLICIT_CONST -> 0; // flag_present
            case 0x0b, 0x0c, 0x11, 0x25, 0x29 -> 1; // data1, flag, ref1, strx1, addrx1
            case 0x05, 0x12, 0x26, 0x2a -> 2; // data2, ref2, strx2, addrx2
            case 0x27, 0x2b -> 3; // strx3, addrx3
            case 0x06, 0x13, 0x1c, 0x28, 0x2c -> 4; // data4, ref4, ref_sup4, strx4, addrx4
            case 0x07, 0x14, 0x20, 0x24 -> 8; // data8, ref8, ref_sig8, ref_sup8
            case 0x1e -> 16; // data16
            case 0x01 -> shape.addressSize(); // addr
            case STRP, 0x17, 0x1d, LINE_STRP, 0x1f20, 0x1f21 -> shape.offsetSize(); // sec_offset, strp_sup, GNU alt
            case REF_ADDR -> shape.version() == 2 ? shape.addressSize() : shape.offsetSize();
            case 0x03, 0x04, 0x09, 0x0a, 0x18 -> VARIABLE; // block2, block4, block, block1, exprloc
            case STRING, 0x0d, UDATA, REF_UDATA, INDIRECT -> VARIABLE; // sdata
            case STRX, 0x1b, 0x22, 0x23, 0x1f01, GNU_STR_INDEX -> VARIABLE; // addrx, loclistx, rnglistx, GNU_addr_index
            default -> UNKNOWN;
        };
    }

    /** Whether the value is an index into {@code .debug_str_offsets}. */
    static boolean isStringIndex(int form) {
        return form == STRX || form == GNU_STR_INDEX || (form >= 0x25 && form <= 0x28);
    }

    /** Whether the value refers to an entry of the same unit. */
    static boolean isReferenceInUnit(int form) {
        return (form >= 0x11 && form <= 0x14) || form == REF_UDATA;
    }

    /** Whether the value is an unsigned number. */
    static boolean isUnsignedNumber(int form) {
        return form == 0x0b || form == 0x05 || form == 0x06 || form == 0x07 || form == UDATA;
    }

    /** Reads a value that is a number of at most 8 bytes: an offset, index, reference or unsigned constant. */
    static long readNumber(ForwardReader reader, int form, UnitShape shape) throws IOException {
        int size = size(form, shape);
        return size == VARIABLE ? reader.uleb() : reader.unsigned(size);
    }

    /** The form that an indirect value begins with. */
    static int direct(ForwardReader reader, UnitShape shape) throws IOException {
        long form = reader.uleb();
        boolean isUsable = form > 0 && form <= 0xffff && form != INDIRECT && form != IMPLICIT_CONST;
        if (!isUsable || size((int) form, shape) == UNKNOWN) {
            throw new UnknownFormException((int) form);
        }
        return (int) form;
    }

    /** Skips a value. */
    static void skip(ForwardReader reader, int form, UnitShape shape) throws IOException {
        int direct = form == INDIRECT ? direct(reader, shape) : form;
        int size = size(direct, shape);
        if (size == VARIABLE) {
            skipVariable(reader, direct);
        } else {
            reader.skip(size);
        }
    }

    /** Skips a value of variable size. */
    private static void skipVariable(ForwardReader reader, int form) throws IOException {
        switch (form) {
            case 0x0a -> reader.skip(reader.u8());
            case 0x03 -> reader.skip(reader.unsigned(2));
            case 0x04 -> reader.skip(reader.unsigned(4));
            case 0x09, 0x18 -> reader.skip(reader.uleb());
            case STRING -> reader.skipString();
            default -> reader.skipLeb();
        }
    }
}
