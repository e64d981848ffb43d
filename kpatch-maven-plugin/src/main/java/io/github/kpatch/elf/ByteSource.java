package io.github.kpatch.elf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Random access to the bytes of one input. A {@code vmlinux} with debug information passes half a gigabyte, of which a
 * livepatch needs a few sections, so nothing is ever read whole.
 */
public interface ByteSource extends AutoCloseable {
    /** What to call the input in messages. */
    String name();

    /** How many bytes there are. */
    long size();

    /**
     * The bytes from {@code offset}, as a read-only big-endian view.
     *
     * @param length how many; the range must lie inside the source, which callers check first
     */
    ByteBuffer read(long offset, int length);

    /** How many bytes have been asked for so far, for reports. */
    long bytesRead();

    @Override
    void close();

    /** A source over {@code bytes}, which must not change any more. */
    static ByteSource of(String name, byte[] bytes) {
        return new ArrayByteSource(name, bytes);
    }

    /**
     * A source over a file: small ranges are read, large ones mapped into memory, so that the heap stays small.
     *
     * @throws IOException when the file cannot be opened
     */
    static ByteSource open(Path file) throws IOException {
        return MappedByteSource.open(file);
    }
}
