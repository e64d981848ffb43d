package io.github.kpatch.host;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The compressions that kernel archives come in, told apart by their first bytes: names lie, and Maven repositories
 * rename files.
 */
enum Compression {
    XZ("fd377a585a00", ".xz") {
        @Override
        InputStream open(InputStream in) throws IOException {
            return new XZInputStream(in, XZ_MEMORY_LIMIT_KIB);
        }
    },
    GZIP("1f8b", ".gz") {
        @Override
        InputStream open(InputStream in) throws IOException {
            return GzipCompressorInputStream.builder()
                    .setInputStream(new BufferedInputStream(in, BUFFER))
                    .setDecompressConcatenated(true)
                    .get();
        }
    },
    BZIP2("425a68", ".bz2") {
        @Override
        InputStream open(InputStream in) throws IOException {
            return new BZip2CompressorInputStream(new BufferedInputStream(in, BUFFER), true);
        }
    },
    ZSTD("28b52ffd", ".zst") {
        @Override
        InputStream open(InputStream in) throws IOException {
            return new ZstdCompressorInputStream(in);
        }
    },
    NONE("", "") {
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

    private final String magic;
    private final String ending;

    /**
     * @param magic the first bytes, in hexadecimal
     * @param ending how names of such files end
     */
    Compression(String magic, String ending) {
        this.magic = magic;
        this.ending = ending;
    }

    /** How names of such files end; empty for {@link #NONE}. */
    String ending() {
        return ending;
    }

    /** A stream of the decompressed bytes; damage ends it with an {@link IOException}. */
    abstract InputStream open(InputStream in) throws IOException;

    /** The compression that content with these first bytes has. */
    static Compression of(byte[] content) {
        String first = HexFormat.of().formatHex(content, 0, Math.min(content.length, MAGIC_LENGTH));
        return Stream.of(values())
                .filter(compression -> first.startsWith(compression.magic))
                .findFirst()
                .orElse(NONE);
    }
}
