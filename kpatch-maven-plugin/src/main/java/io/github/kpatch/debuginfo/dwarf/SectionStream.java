package io.github.kpatch.debuginfo.dwarf;

import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionHeader;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** The bytes of a section as they stand in the file, a window at a time. Skipping reads nothing. */
final class SectionStream extends InputStream {
    private static final int WINDOW = 1 << 16;

    private final ElfFile file;
    private final long end;
    private long next;
    private ByteBuffer window = ByteBuffer.allocate(0);

    /** The section must lie inside the file, which this checks. */
    SectionStream(ElfFile file, SectionHeader section) {
        this.file = file;
        file.checkInside(section);
        this.next = section.offset();
        this.end = section.offset() + section.size();
    }

    private boolean fill() {
        if (!window.hasRemaining() && next < end) {
            int length = (int) Math.min(WINDOW, end - next);
            window = file.source().read(next, length);
            next += length;
        }
        return window.hasRemaining();
    }

    @Override
    public int read() {
        return fill() ? window.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, window.remaining());
        window.get(target, offset, count);
        return count;
    }

    @Override
    public long skip(long count) {
        if (count <= 0) {
            return 0;
        }
        int within = (int) Math.min(count, window.remaining());
        window.position(window.position() + within);
        long beyond = Math.min(count - within, end - next);
        next += beyond;
        return within + beyond;
    }
}
