package io.github.kpatch.debuginfo.dwarf;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** One table of {@code .debug_abbrev}: what the entries of a unit consist of, by abbreviation code. */
final class Abbreviations {
    /**
     * The shape of an entry.
     *
     * @param tag its {@code DW_TAG}
     * @param hasChildren whether entries of the next depth follow
     * @param attributes its {@code DW_AT}s, in order
     * @param forms the {@code DW_FORM} of each
     * @param constants the value of each that is {@code DW_FORM_implicit_const}
     * @param size in bytes behind the code when every form has a fixed size, else {@link Form#VARIABLE}
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Abbreviation(int tag, boolean hasChildren, int[] attributes, int[] forms, long[] constants, int size) {}

    private final Map<Long, Abbreviation> byCode = new HashMap<>();

    /**
     * Reads the table at {@code offset} of the section.
     *
     * @throws EOFException when it is cut short
     */
    Abbreviations(byte[] section, long offset, UnitShape shape) throws IOException {
        if (Long.compareUnsigned(offset, section.length) >= 0) {
            throw new EOFException();
        }
        ForwardReader reader = new ForwardReader(
                new ByteArrayInputStream(section, (int) offset, section.length - (int) offset),
                ByteOrder.LITTLE_ENDIAN);
        for (long code = reader.uleb(); code != 0; code = reader.uleb()) {
            byCode.putIfAbsent(code, read(reader, shape));
        }
    }

    private static Abbreviation read(ForwardReader reader, UnitShape shape) throws IOException {
        int tag = small(reader.uleb());
        boolean hasChildren = reader.u8() != 0;
        int[] attributes = new int[16];
        int[] forms = new int[16];
        long[] constants = new long[16];
        int count = 0;
        long size = 0;
        while (true) {
            int attribute = small(reader.uleb());
            int form = small(reader.uleb());
            if (attribute == 0 && form == 0) {
                break;
            }
            if (count == attributes.length) {
                attributes = Arrays.copyOf(attributes, count * 2);
                forms = Arrays.copyOf(forms, count * 2);
                constants = Arrays.copyOf(constants, count * 2);
            }
            attributes[count] = attribute;
            forms[count] = form;
            // A negative constant comes out huge, which no size of a structure is.
            constants[count] = form == Form.IMPLICIT_CONST ? reader.uleb() : 0;
            count++;
            int formSize = Form.size(form, shape);
            if (formSize == Form.UNKNOWN) {
                throw new UnknownFormException(form);
            }
            size = size < 0 || formSize < 0 ? Form.VARIABLE : size + formSize;
        }
        return new Abbreviation(
                tag,
                hasChildren,
                Arrays.copyOf(attributes, count),
                Arrays.copyOf(forms, count),
                Arrays.copyOf(constants, count),
                (int) size);
    }

    private static int small(long number) {
        return number < 0 || number > Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) number;
    }

    /** The abbreviation of that code, or null. */
    Abbreviation get(long code) {
        return byCode.get(code);
    }
}
