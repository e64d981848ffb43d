package io.github.kpatch.boot;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;

/**
 * Writes the archive that the kernel unpacks into its root file system before anything else runs: cpio in the
 * {@code newc} format, as the kernel's {@code Documentation/driver-api/early-userspace/buffer-format.rst} wants it.
 * Uncompressed, because a guest under software emulation unpacks slower than QEMU copies. No clock, user or host
 * shows: equal content gives equal bytes.
 */
final class InitramfsWriter implements AutoCloseable {
    private static final int FOLDER_MODE = CpioConstants.C_ISDIR | 0755;
    private static final int FILE_MODE = CpioConstants.C_ISREG | 0755;

    private final CpioArchiveOutputStream out;
    private final Set<String> folders = new TreeSet<>();
    private long inode;

    /**
     * @param out receives the archive; closed with this writer
     */
    InitramfsWriter(OutputStream out) {
        this.out = new CpioArchiveOutputStream(out, CpioConstants.FORMAT_NEW);
    }

    /** Adds an empty folder, and those above it; adding one twice does nothing. */
    void folder(String path) throws IOException {
        int slash = path.lastIndexOf('/');
        if (slash > 0) {
            folder(path.substring(0, slash));
        }
        if (folders.add(path)) {
            put(path, FOLDER_MODE, new byte[0], 2);
        }
    }

    /** Adds an executable file, and the folders above it. */
    void file(String path, byte[] content) throws IOException {
        int slash = path.lastIndexOf('/');
        if (slash > 0) {
            folder(path.substring(0, slash));
        }
        put(path, FILE_MODE, content, 1);
    }

    private void put(String path, int mode, byte[] content, int links) throws IOException {
        CpioArchiveEntry entry = new CpioArchiveEntry(CpioConstants.FORMAT_NEW, path);
        entry.setInode(++inode);
        entry.setMode(mode);
        entry.setNumberOfLinks(links);
        entry.setTime(0);
        entry.setSize(content.length);
        out.putArchiveEntry(entry);
        out.write(content);
        out.closeArchiveEntry();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
