package io.github.kpatch.boot;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;

/**
 * The kernel inside a {@code bzImage}. Under software emulation the image's own xz decompressor takes longer than all of
 * the kernel's boot after it (six seconds against three for Debian's 6.1), so the very same bytes are unpacked here,
 * once, and QEMU starts them through the kernel's PVH entry.
 *
 * <p>Layout: the kernel's {@code Documentation/x86/boot.rst} (setup header, protocol 2.08 and later); the PVH entry is
 * the ELF note of owner {@code Xen} and type 18.
 */
final class KernelImage {
    private static final int SETUP_SECTORS = 0x1f1;
    private static final int MAGIC = 0x202;
    private static final int PROTOCOL = 0x206;
    private static final int PAYLOAD_OFFSET = 0x248;
    private static final int PAYLOAD_LENGTH = 0x24c;
    private static final int HEADER_END = 0x250;
    private static final int SECTOR = 512;
    private static final int HDRS = 0x53726448;
    private static final int PROTOCOL_WITH_PAYLOAD = 0x208;
    /** The magic number, read as little-endian. */
    private static final short GZIP = (short) 0x8b1f;

    private static final int END = -1;
    private static final int DAMAGED = -2;
    private static final int LARGEST_KERNEL = 1 << 30;
    private static final String NOTE_OWNER = "Xen";
    private static final int PHYS32_ENTRY = 18;

    private KernelImage() {}

    /**
     * Unpacks the kernel of {@code image} into {@code cache}, unless it is there already.
     *
     * @return the file; empty where the image is of a kind that this class does not know, or where the kernel has no PVH
     *     entry: such an image must be booted as it is
     */
    static Optional<Path> unpack(Path image, Path cache) throws IOException {
        byte[] bytes = Files.readAllBytes(image);
        Path unpacked = cache.resolve("vmlinux-" + Digests.of(bytes).substring(0, 32));
        if (Files.exists(unpacked)) {
            return Optional.of(unpacked);
        }
        Optional<ByteBuffer> payload = payload(bytes);
        if (payload.isEmpty()) {
            return Optional.empty();
        }
        Files.createDirectories(cache);
        Path partial = Folders.sibling(unpacked);
        try {
            if (!decompress(payload.get(), partial) || !hasDirectEntry(partial)) {
                return Optional.empty();
            }
            Folders.move(partial, unpacked);
            return Optional.of(unpacked);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private static Optional<ByteBuffer> payload(byte[] image) {
        ByteBuffer header = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        if (image.length < HEADER_END
                || header.getInt(MAGIC) != HDRS
                || Short.toUnsignedInt(header.getShort(PROTOCOL)) < PROTOCOL_WITH_PAYLOAD) {
            return Optional.empty();
        }
        int setupSectors = header.get(SETUP_SECTORS) == 0 ? 4 : header.get(SETUP_SECTORS) & 0xff;
        long start = (setupSectors + 1L) * SECTOR + Integer.toUnsignedLong(header.getInt(PAYLOAD_OFFSET));
        long length = Integer.toUnsignedLong(header.getInt(PAYLOAD_LENGTH));
        if (length < Integer.BYTES || start + length > image.length) {
            return Optional.empty();
        }
        return Optional.of(header.slice((int) start, (int) length).order(ByteOrder.LITTLE_ENDIAN));
    }

    /**
     * kbuild appends the unpacked size to every payload but gzip's, whose own trailer ends in that number. Reading on to
     * the end makes the decompressors check their sums.
     */
    private static boolean decompress(ByteBuffer payload, Path target) throws IOException {
        long size = Integer.toUnsignedLong(payload.getInt(payload.limit() - Integer.BYTES));
        if (size > LARGEST_KERNEL) {
            return false;
        }
        boolean gzip = payload.getShort(0) == GZIP;
        byte[] packed = new byte[payload.limit() - (gzip ? 0 : Integer.BYTES)];
        payload.get(0, packed);
        try (InputStream raw = new ByteArrayInputStream(packed);
                InputStream in = new CompressorStreamFactory().createCompressorInputStream(raw);
                OutputStream out = Files.newOutputStream(target)) {
            byte[] buffer = new byte[1 << 16];
            long written = 0;
            int count;
            while ((count = read(in, buffer)) > 0 && written <= size) {
                out.write(buffer, 0, count);
                written += count;
            }
            return count == END && written == size;
        } catch (CompressorException unknownFormat) {
            return false;
        }
    }

    /** Returns {@link #DAMAGED} where the image's own decompressor would complain, on the console. */
    private static int read(InputStream in, byte[] buffer) {
        try {
            return in.read(buffer);
        } catch (IOException damaged) {
            return DAMAGED;
        }
    }

    private static boolean hasDirectEntry(Path kernel) throws IOException {
        try (ByteSource source = ByteSource.open(kernel)) {
            ElfFile file = ElfFile.open(source);
            return ProgramHeaders.of(file).stream()
                    .filter(header -> header.type() == ProgramHeaders.NOTE)
                    .anyMatch(header -> holdsEntryNote(ProgramHeaders.contents(file, header)));
        } catch (ProblemException notElf) {
            return false;
        }
    }

    private static boolean holdsEntryNote(ByteBuffer notes) {
        int at = 0;
        while (notes.limit() - at >= 12) {
            long nameSize = Integer.toUnsignedLong(notes.getInt(at));
            long contentSize = Integer.toUnsignedLong(notes.getInt(at + 4));
            int type = notes.getInt(at + 8);
            long next = at + 12 + padded(nameSize) + padded(contentSize);
            if (next > notes.limit()) {
                return false;
            }
            if (type == PHYS32_ENTRY && nameSize == NOTE_OWNER.length() + 1) {
                byte[] name = new byte[NOTE_OWNER.length()];
                notes.get(at + 12, name);
                if (NOTE_OWNER.equals(new String(name, StandardCharsets.ISO_8859_1))) {
                    return true;
                }
            }
            at = (int) next;
        }
        return false;
    }

    private static long padded(long size) {
        return (size + 3) & ~3L;
    }
}
