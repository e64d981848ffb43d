package io.github.kpatch.host;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The compressions that kernel archives come in, told apart by their first bytes: names lie, and Maven repositories
 * rename files.
 */
enum Compression {
    XZ(0xfd, '7', 'z', 'X', 'Z', 0) {
        @Override
        InputStream open(InputStream in) throws IOException {
            return new XZInputStream(in, XZ_MEMORY_LIMIT_KIB);
        }
    },
    GZIP(0x1f, 0x8b) {
        @Override
        InputStream open(InputStream in) throws IOException {
            return GzipCompressorInputStream.builder()
                    .setInputStream(new BufferedInputStream(in, BUFFER))
                    .setDecompressConcatenated(true)
                    .get();
        }
    },
    BZIP2('B', 'Z', 'h') {
        @Override
        InputStream open(InputStream in) throws IOException {
            return new BZip2CompressorInputStream(new BufferedInputStream(in, BUFFER), true);
        }
    },
    ZSTD(0x28, 0xb5, 0x2f, 0xfd) {
        @Override
        InputStream open(InputStream in) throws IOException {
            return new ZstdCompressorInputStream(in);
        }
    },
    NONE {
        @Override
        InputStream open(InputStream in) {
            return in;
        }
    };

    /** How many first bytes {@link #of} wants to see. */
    static final int MAGIC_LENGTH = 6;

    /** Enough for {@code xz -9e}, which asks for 65 MiB; a hostile file could ask for 4 GiB. */
    private static final int XZ_MEMORY_LIMIT_KIB = 256 << 10;

    private static final int BUFFER = 1 << 16;

    private final int[] magic;

    Compression(int... magic) {
        this.magic = magic;
    }

    /** A stream of the decompressed bytes; damage ends it with an {@link IOException}. */
    abstract InputStream open(InputStream in) throws IOException;

    /** The compression that content with these first bytes has. */
    static Compression of(byte[] first) {
        for (Compression compression : values()) {
            if (compression != NONE && compression.begins(first)) {
                return compression;
            }
        }
        return NONE;
    }

    private boolean begins(byte[] first) {
        if (first.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((first[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
