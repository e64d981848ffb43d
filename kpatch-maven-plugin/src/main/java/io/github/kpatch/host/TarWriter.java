package io.github.kpatch.host;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/**
 * Writes compressed tar archives of plain files. Their bytes depend on names and contents alone: nobody owns the files, and
 * they are as old as time itself.
 */
public final class TarWriter implements Closeable {
    private static final FileTime BEGINNING = FileTime.fromMillis(0);
    /** Spends seconds, where higher ones spend minutes for a few percent. */
    private static final int ZSTD_LEVEL = 9;

    private final TarArchiveOutputStream tar;

    private TarWriter(OutputStream compressed) {
        this.tar = new TarArchiveOutputStream(compressed, StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    /** An archive compressed by xz: small, and slow to make. */
    public static TarWriter xz(OutputStream out) throws IOException {
        return new TarWriter(new XZOutputStream(out, new LZMA2Options()));
    }

    /** An archive compressed by zstd: quick to make. */
    public static TarWriter zstd(OutputStream out) throws IOException {
        return new TarWriter(ZstdCompressorOutputStream.builder()
                .setOutputStream(out)
                .setLevel(ZSTD_LEVEL)
                .setChecksum(true)
                .get());
    }

    /** Adds a file. */
    public void add(String name, byte[] content) throws IOException {
        begin(name, content.length);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    /** Adds a file. */
    public void add(String name, Path file) throws IOException {
        begin(name, Files.size(file));
        try (InputStream content = Files.newInputStream(file)) {
            content.transferTo(tar);
        }
        tar.closeArchiveEntry();
    }

    private void begin(String name, long size) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL, true);
        entry.setSize(size);
        entry.setLastModifiedTime(BEGINNING);
        tar.putArchiveEntry(entry);
    }

    /** Ends the archive. */
    @Override
    public void close() throws IOException {
        tar.close();
    }
}
