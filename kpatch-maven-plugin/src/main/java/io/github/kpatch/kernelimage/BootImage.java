package io.github.kpatch.kernelimage;

import com.github.luben.zstd.ZstdInputStream;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.lz4.BlockLZ4CompressorInputStream;
import org.tukaani.xz.LZMAInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The kernel inside a {@code bzImage}, which is what x86 installs as {@code vmlinuz}: a {@code vmlinux} without symbol
 * table, packed by whatever the kernel's config names.
 *
 * <p>Layout: the kernel's {@code Documentation/x86/boot.rst} (setup header, protocol 2.08 and later). kbuild appends the
 * unpacked size to every payload but gzip's, whose own trailer ends in that number.
 */
public final class BootImage {
    private static final int SETUP_SECTORS = 0x1f1;
    private static final int MAGIC = 0x202;
    private static final int PROTOCOL = 0x206;
    private static final int PAYLOAD_OFFSET = 0x248;
    private static final int PAYLOAD_LENGTH = 0x24c;
    private static final int HEADER_END = 0x250;
    private static final int SECTOR = 512;
    private static final int HDRS = 0x53726448;
    private static final int PROTOCOL_WITH_PAYLOAD = 0x208;
    private static final int LARGEST_KERNEL = 1 << 30;

    /** Enough for {@code xz --lzma2=dict=128MiB}, the most that kbuild asks for; a hostile image could ask for 4 GiB. */
    private static final int MEMORY_LIMIT_KIB = 256 << 10;

    private BootImage() {}

    /** How kbuild packs kernels. */
    private enum Packing {
        GZIP("1f8b") {
            @Override
            InputStream open(InputStream packed) throws IOException {
                return new GzipCompressorInputStream(packed);
            }
        },
        BZIP2("425a68") {
            @Override
            InputStream open(InputStream packed) throws IOException {
                return new BZip2CompressorInputStream(packed);
            }
        },
        LZMA("5d0000") {
            @Override
            InputStream open(InputStream packed) throws IOException {
                return new LZMAInputStream(packed, MEMORY_LIMIT_KIB);
            }
        },
        XZ("fd377a585a00") {
            @Override
            InputStream open(InputStream packed) throws IOException {
                return new XZInputStream(packed, MEMORY_LIMIT_KIB);
            }
        },
        ZSTD("28b52ffd") {
            @Override
            InputStream open(InputStream packed) throws IOException {
                return new ZstdInputStream(packed);
            }
        },
        LZ4("02214c18") {
            @Override
            InputStream open(InputStream packed) {
                return new LegacyLz4Stream(packed);
            }
        },
        LZO("894c5a4f") {
            @Override
            InputStream open(InputStream packed) throws IOException {
                throw new IOException("it is packed with LZO, which is not supported");
            }
        };

        private final String magic;

        Packing(String magic) {
            this.magic = magic;
        }

        /** A stream of the unpacked bytes; damage ends it with an {@link IOException}. */
        abstract InputStream open(InputStream packed) throws IOException;

        static Packing of(byte[] packed) throws IOException {
            String first = HexFormat.of().formatHex(packed, 0, Math.min(packed.length, 6));
            return Stream.of(values())
                    .filter(packing -> first.startsWith(packing.magic))
                    .findFirst()
                    .orElseThrow(() -> new IOException("it is packed in a way that is not known"));
        }
    }

    /**
     * Writes the kernel that {@code image} holds.
     *
     * @param where what to call the image in messages
     * @param image the whole file
     * @param target gets the kernel's bytes, an ELF file; what was written before a problem shows is worthless
     * @throws ProblemException with {@link ProblemCode#BOOT_IMAGE_UNREADABLE} when it is no bzImage of protocol 2.08 or
     *     later, is damaged, or is packed with LZO
     * @throws IOException when {@code target} cannot be written
     */
    public static void unpack(String where, byte[] image, OutputStream target) throws IOException {
        ByteBuffer payload = payload(where, image);
        long size = Integer.toUnsignedLong(payload.getInt(payload.limit() - Integer.BYTES));
        if (size > LARGEST_KERNEL) {
            throw unreadable(where, "it claims to hold a kernel of " + size + " bytes");
        }
        try (InputStream kernel = open(payload)) {
            copy(kernel, size, target);
        } catch (TargetException e) {
            throw e.unwritable;
        } catch (IOException e) {
            throw unreadable(where, e.getMessage());
        }
    }

    /** Whether {@code file} begins as a bzImage does. */
    static boolean isAt(ByteSource file) {
        return file.size() >= HEADER_END
                && file.read(MAGIC, Integer.BYTES)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getInt(0)
                        == HDRS;
    }

    private static ByteBuffer payload(String where, byte[] image) {
        ByteBuffer header = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        if (image.length < HEADER_END || header.getInt(MAGIC) != HDRS) {
            throw unreadable(where, "it does not begin with the header of a bzImage");
        }
        if (Short.toUnsignedInt(header.getShort(PROTOCOL)) < PROTOCOL_WITH_PAYLOAD) {
            throw unreadable(where, "it is older than boot protocol 2.08");
        }
        int setupSectors = header.get(SETUP_SECTORS) == 0 ? 4 : header.get(SETUP_SECTORS) & 0xff;
        long start = (setupSectors + 1L) * SECTOR + Integer.toUnsignedLong(header.getInt(PAYLOAD_OFFSET));
        long length = Integer.toUnsignedLong(header.getInt(PAYLOAD_LENGTH));
        if (length < 2 * Integer.BYTES || start + length > image.length) {
            throw unreadable(where, "the kernel that its header announces is not there: it was cut short");
        }
        return header.slice((int) start, (int) length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static InputStream open(ByteBuffer payload) throws IOException {
        byte[] packed = new byte[payload.limit()];
        payload.get(0, packed);
        Packing packing = Packing.of(packed);
        int length = packed.length - (packing == Packing.GZIP ? 0 : Integer.BYTES);
        return packing.open(new ByteArrayInputStream(packed, 0, length));
    }

    /** Reads on to the end, which makes the decompressors check their sums. */
    private static void copy(InputStream kernel, long size, OutputStream target) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long left = size;
        for (int count = kernel.read(buffer); count >= 0; count = kernel.read(buffer)) {
            left -= count;
            if (left < 0) {
                throw new IOException("the kernel is longer than announced");
            }
            try {
                target.write(buffer, 0, count);
            } catch (IOException e) {
                throw new TargetException(e);
            }
        }
        if (left != 0) {
            throw new EOFException("the kernel is shorter than announced");
        }
    }

    /** Carries an error of the target past those of the image. */
    private static final class TargetException extends IOException {
        private static final long serialVersionUID = 1L;

        private final IOException unwritable;

        TargetException(IOException unwritable) {
            super(unwritable);
            this.unwritable = unwritable;
        }
    }

    private static ProblemException unreadable(String where, String what) {
        return ProblemException.input(
                ProblemCode.BOOT_IMAGE_UNREADABLE, where, "No kernel can be read out of it: " + what + ".");
    }

    /** The format of {@code lz4 -l}: blocks with their packed length before each, and no sums. */
    private static final class LegacyLz4Stream extends InputStream {
        private static final int LARGEST_BLOCK = 8 << 20;

        private final InputStream packed;
        private InputStream block = InputStream.nullInputStream();
        private boolean begun;

        LegacyLz4Stream(InputStream packed) {
            this.packed = packed;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = block.read(target, offset, length);
            while (count < 0 && nextBlock()) {
                count = block.read(target, offset, length);
            }
            return count;
        }

        private boolean nextBlock() throws IOException {
            if (!begun) {
                begun = true;
                packed.skipNBytes(Integer.BYTES);
            }
            byte[] word = packed.readNBytes(Integer.BYTES);
            if (word.length < Integer.BYTES) {
                return false;
            }
            int length = ByteBuffer.wrap(word).order(ByteOrder.LITTLE_ENDIAN).getInt();
            byte[] bytes = length < 0 || length > LARGEST_BLOCK * 2 ? new byte[0] : packed.readNBytes(length);
            if (bytes.length != length || length == 0) {
                throw new EOFException("a block of it is cut short");
            }
            byte[] unpacked;
            try (InputStream in = new BlockLZ4CompressorInputStream(new ByteArrayInputStream(bytes))) {
                unpacked = in.readNBytes(LARGEST_BLOCK + 1);
            } catch (IllegalArgumentException e) {
                throw new IOException("a block of it is damaged", e);
            }
            if (unpacked.length > LARGEST_BLOCK) {
                throw new IOException("a block of it is too long");
            }
            block = new ByteArrayInputStream(unpacked);
            return true;
        }
    }
}
