package io.github.kpatch.host;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.tukaani.xz.SeekableInputStream;
import org.tukaani.xz.SeekableXZInputStream;

/**
 * Decodes an xz file block by block on all cores, in order. Decoding xz is what fetching a kernel spends its time on
 * (a debug package is 5.6 GB of it), and Debian's packages are cut into blocks of 24 MiB that depend on nothing but
 * themselves. The compressed bytes are still read once and in order, so that a digest taken on the way is that of the
 * bytes decoded.
 */
final class ParallelXzStream extends InputStream {
    /** What may be held decoded at a time; a file with larger blocks is left to the plain decoder. */
    private static final long MEMORY_LIMIT = 192L << 20;

    private static final int DICTIONARY_LIMIT_KIB = 256 << 10;

    private final FileReading file;
    private final Path path;
    private final long start;
    private final long length;
    private final SeekableXZInputStream index;
    private final ExecutorService workers;
    private final int ahead;
    private final Deque<Future<byte[]>> decoded = new ArrayDeque<>();
    private int nextBlock;
    private byte[] current = new byte[0];
    private int position;

    private ParallelXzStream(FileReading file, Path path, long start, long length, SeekableXZInputStream index) {
        this.file = file;
        this.path = path;
        this.start = start;
        this.length = length;
        this.index = index;
        int cores = Runtime.getRuntime().availableProcessors();
        this.ahead = (int) Math.max(2, Math.min(cores + 1L, MEMORY_LIMIT / index.getLargestBlockSize()));
        this.workers = Executors.newFixedThreadPool(Math.min(cores, ahead), work -> {
            Thread thread = new Thread(work, "kpatch-xz");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Decodes the part of a file that begins where {@code file} stands.
     *
     * @param length how many bytes of the file are xz
     * @return empty when there is nothing to gain, or no index to be read: the plain decoder then says what is wrong
     */
    static Optional<InputStream> open(FileReading file, Path path, long length) throws IOException {
        long start = file.position();
        Part part = new Part(path, start, length);
        boolean opened = false;
        try {
            SeekableXZInputStream index = new SeekableXZInputStream(part, DICTIONARY_LIMIT_KIB);
            long largest = index.getLargestBlockSize();
            if (index.getBlockCount() < 2 || largest == 0 || largest > MEMORY_LIMIT / 2) {
                return Optional.empty();
            }
            InputStream stream = new ParallelXzStream(file, path, start, length, index);
            opened = true;
            return Optional.of(stream);
        } catch (IOException damaged) {
            return Optional.empty();
        } finally {
            if (!opened) {
                part.close();
            }
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        while (position == current.length) {
            submit();
            if (decoded.isEmpty()) {
                return -1;
            }
            current = await(decoded.remove());
            position = 0;
        }
        int copied = Math.min(count, current.length - position);
        System.arraycopy(current, position, buffer, offset, copied);
        position += copied;
        return copied;
    }

    private void submit() throws IOException {
        while (decoded.size() < ahead && nextBlock < index.getBlockCount()) {
            int block = nextBlock++;
            long from = file.position() - start;
            long to = nextBlock < index.getBlockCount() ? index.getBlockCompPos(nextBlock) : length;
            byte[] bytes = file.readNBytes(Math.toIntExact(to - from));
            if (bytes.length < to - from) {
                throw new EOFException("the file became shorter while it was read");
            }
            int size = Math.toIntExact(index.getBlockSize(block));
            decoded.add(workers.submit(() -> decode(block, size, from, bytes)));
        }
    }

    private byte[] decode(int block, int size, long from, byte[] bytes) throws IOException {
        try (Part part = new Part(path, start, length, from, bytes);
                SeekableXZInputStream xz = new SeekableXZInputStream(part, DICTIONARY_LIMIT_KIB)) {
            xz.seekToBlock(block);
            byte[] content = xz.readNBytes(size);
            // Asking for one byte more makes the decoder check the block it has just finished. Behind the last block
            // the library answers 0 instead of the end of the stream.
            boolean last = xz.read(new byte[1]) <= 0;
            if (content.length < size || last != (block == xz.getBlockCount() - 1)) {
                throw new EOFException("the xz data ends early");
            }
            return content;
        }
    }

    private static byte[] await(Future<byte[]> block) throws IOException {
        try {
            return block.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException) {
                throw new IOException(e.getCause().toString(), e.getCause());
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while decoding", e);
        }
    }

    @Override
    public void close() throws IOException {
        workers.shutdownNow();
        index.close();
    }

    /** The xz part of the file: one block's bytes from memory, header and index from the file. */
    private static final class Part extends SeekableInputStream {
        private final FileChannel channel;
        private final long start;
        private final long length;
        private final long heldFrom;
        private final byte[] held;
        private long position;

        Part(Path path, long start, long length) throws IOException {
            this(path, start, length, 0, new byte[0]);
        }

        Part(Path path, long start, long length, long heldFrom, byte[] held) throws IOException {
            this.channel = FileChannel.open(path, StandardOpenOption.READ);
            this.start = start;
            this.length = length;
            this.heldFrom = heldFrom;
            this.held = held;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public void seek(long target) {
            position = target;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int count) throws IOException {
            int wanted = (int) Math.min(count, length - position);
            if (wanted <= 0) {
                return count == 0 ? 0 : -1;
            }
            long inHeld = position - heldFrom;
            if (inHeld >= 0 && inHeld < held.length) {
                int copied = (int) Math.min(wanted, held.length - inHeld);
                System.arraycopy(held, (int) inHeld, buffer, offset, copied);
                position += copied;
                return copied;
            }
            int read = channel.read(ByteBuffer.wrap(buffer, offset, wanted), start + position);
            if (read > 0) {
                position += read;
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
