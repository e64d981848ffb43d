package io.github.kpatch.debuginfo.dwarf;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;

/** Reads DWARF's numbers from a stream that only goes forward, because a compressed section can only go forward. */
final class ForwardReader {
    private static final int BUFFER = 1 << 16;

    private final InputStream input;
    private final boolean bigEndian;
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int limit;
    /** Offset in the section of the byte behind the buffer. */
    private long bufferEnd;

    ForwardReader(InputStream input, ByteOrder order) {
        this.input = input;
        this.bigEndian = order.equals(ByteOrder.BIG_ENDIAN);
    }

    /** Offset of the next byte in the section. */
    long position() {
        return bufferEnd - (limit - at);
    }

    /** Whether no byte is left. */
    boolean isAtEnd() throws IOException {
        return at == limit && !fill();
    }

    private boolean fill() throws IOException {
        int read = input.read(buffer, 0, BUFFER);
        at = 0;
        limit = Math.max(0, read);
        bufferEnd += limit;
        return limit > 0;
    }

    /** The unsigned byte. */
    int u8() throws IOException {
        if (at == limit && !fill()) {
            throw new EOFException();
        }
        return buffer[at++] & 0xff;
    }

    /** An unsigned number of {@code size} bytes, 1 to 8; one of 8 bytes may come out negative. */
    long unsigned(int size) throws IOException {
        long value = 0;
        for (int i = 0; i < size; i++) {
            value = bigEndian ? value << 8 | u8() : value | (long) u8() << (8 * i);
        }
        return value;
    }

    /** An unsigned LEB128 number; bits beyond the 64th are lost. */
    long uleb() throws IOException {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            int next = u8();
            if (shift < 64) {
                value |= (long) (next & 0x7f) << shift;
            }
            if ((next & 0x80) == 0) {
                return value;
            }
        }
    }

    /** Skips a LEB128 number, signed or not. */
    void skipLeb() throws IOException {
        int next;
        do {
            next = u8();
        } while ((next & 0x80) != 0);
    }

    /** Skips a NUL-terminated string. */
    void skipString() throws IOException {
        int next;
        do {
            next = u8();
        } while (next != 0);
    }

    /** Goes on by {@code count} bytes, which must be there. */
    void skip(long count) throws IOException {
        if (count < 0) {
            throw new EOFException();
        }
        long left = count - Math.min(count, limit - at);
        at += (int) (count - left);
        while (left > 0) {
            long skipped = input.skip(left);
            bufferEnd += skipped;
            left -= skipped;
            if (skipped == 0) {
                // A stream may refuse to skip without being at its end.
                u8();
                left--;
                long inBuffer = Math.min(left, limit - at);
                at += (int) inBuffer;
                left -= inBuffer;
            }
        }
    }
}
