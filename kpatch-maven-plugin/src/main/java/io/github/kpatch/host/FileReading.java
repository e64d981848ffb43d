package io.github.kpatch.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * A file read once from its first byte to its last: what is decoded from it, its SHA-256 and the progress shown all
 * come from that one pass, so that the bytes that were checked are the bytes that were used.
 */
final class FileReading extends InputStream {
    private static final int MEBIBYTE = 1 << 20;

    private final InputStream in;
    private final MessageDigest digest = Digests.sha256();
    private final Progress.Task progress;
    private long position;

    /**
     * @param progress told of each MiB read
     */
    FileReading(Path file, Progress.Task progress) throws IOException {
        this.in = Files.newInputStream(file);
        this.progress = progress;
    }

    /** How many bytes have been read. */
    long position() {
        return position;
    }

    /** Reads what is left and returns the SHA-256 of the whole file. */
    String finish() throws IOException {
        byte[] buffer = new byte[MEBIBYTE];
        int count = read(buffer, 0, buffer.length);
        while (count >= 0) {
            count = read(buffer, 0, buffer.length);
        }
        return Digests.hex(digest);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = in.read(buffer, offset, length);
        if (count > 0) {
            digest.update(buffer, offset, count);
            long before = position / MEBIBYTE;
            position += count;
            long after = position / MEBIBYTE;
            if (after > before) {
                progress.advance(after - before);
            }
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
