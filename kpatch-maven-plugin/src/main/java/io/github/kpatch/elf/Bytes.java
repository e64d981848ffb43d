package io.github.kpatch.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An immutable byte string that compares by content, so that records holding section data do too. */
public final class Bytes {
    /** No bytes. */
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] array;

    private Bytes(byte[] array) {
        this.array = array;
    }

    /** A copy of {@code array}. */
    public static Bytes copyOf(byte[] array) {
        return array.length == 0 ? EMPTY : new Bytes(array.clone());
    }

    /** A copy of the remaining bytes of {@code buffer}, whose position does not move. */
    public static Bytes copyOf(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy.length == 0 ? EMPTY : new Bytes(copy);
    }

    /** How many bytes there are. */
    public int size() {
        return array.length;
    }

    /** The unsigned byte at {@code index}, 0 to 255. */
    public int at(int index) {
        return array[index] & 0xff;
    }

    /** The bytes from {@code from}, included, to {@code to}, excluded. */
    public Bytes slice(int from, int to) {
        return new Bytes(Arrays.copyOfRange(array, checkedPosition(from), checkedPosition(to)));
    }

    private int checkedPosition(int position) {
        if (position < 0 || position > array.length) {
            throw new IndexOutOfBoundsException(position);
        }
        return position;
    }

    /** A fresh array with these bytes. */
    public byte[] toArray() {
        return array.clone();
    }

    /** A read-only view in the given byte order. */
    public ByteBuffer buffer(ByteOrder order) {
        return ByteBuffer.wrap(array).asReadOnlyBuffer().order(order);
    }

    /**
     * The bytes from {@code offset} up to the next NUL or the end, one {@code char} a byte (ISO 8859-1), which keeps
     * any byte.
     */
    public String stringAt(int offset) {
        return stringAt(offset, 1);
    }

    /**
     * The bytes from {@code offset} up to the next character that is zero, or the end, one {@code char} a byte.
     *
     * @param width how many bytes a character has, from 1
     */
    public String stringAt(int offset, int width) {
        int end = checkedPosition(offset);
        while (end < array.length && !isZero(end, Math.min(array.length, end + width))) {
            end += width;
        }
        return new String(array, offset, Math.min(end, array.length) - offset, StandardCharsets.ISO_8859_1);
    }

    private boolean isZero(int from, int to) {
        for (int i = from; i < to; i++) {
            if (array[i] != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    @Override
    public String toString() {
        return array.length + " bytes";
    }
}
