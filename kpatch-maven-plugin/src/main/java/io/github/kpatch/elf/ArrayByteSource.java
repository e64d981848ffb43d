package io.github.kpatch.elf;

import java.nio.ByteBuffer;

/** Bytes that are in memory already: objects of a few megabytes, and tests. */
final class ArrayByteSource implements ByteSource {
    private final String name;
    private final byte[] bytes;
    private long bytesRead;

    ArrayByteSource(String name, byte[] bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public ByteBuffer read(long offset, int length) {
        bytesRead += length;
        return ByteBuffer.wrap(bytes, Math.toIntExact(offset), length).slice().asReadOnlyBuffer();
    }

    @Override
    public long bytesRead() {
        return bytesRead;
    }

    @Override
    public void close() {}
}
