package io.github.kpatch.boot;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.kernelimage.BootImage;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The kernel inside a {@code bzImage}. Under software emulation the image's own xz decompressor takes longer than all of
 * the kernel's boot after it (six seconds against three for Debian's 6.1), so the very same bytes are unpacked here,
 * once, and QEMU starts them through the kernel's PVH entry.
 *
 * <p>The PVH entry is the ELF note of owner {@code Xen} and type 18.
 */
final class KernelImage {
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
        Files.createDirectories(cache);
        Path partial = Folders.sibling(unpacked);
        try {
            if (!isUnpacked(image, bytes, partial) || !hasDirectEntry(partial)) {
                return Optional.empty();
            }
            Folders.move(partial, unpacked);
            return Optional.of(unpacked);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /** What is wrong with an image its own decompressor tells better, on the console. */
    private static boolean isUnpacked(Path image, byte[] bytes, Path target) throws IOException {
        try (OutputStream out = Files.newOutputStream(target)) {
            BootImage.unpack(image.toString(), bytes, out);
            return true;
        } catch (ProblemException unreadable) {
            return false;
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
