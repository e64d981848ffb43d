package io.github.kpatch.fuzz;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.kernelimage.BootImage;
import io.github.kpatch.kernelimage.Kallsyms;
import io.github.kpatch.kernelimage.LinkedObject;
import io.github.kpatch.problem.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A small kernel with a table of symbols in one of the forms that kernels have, or a boot image of it, and edits of its
 * bytes, driven by the fuzzer's. It is given to everything that reads a kernel as shipped.
 * Nothing but a coded problem may come out.
 */
public final class KernelImageTarget {
    /** Where {@link Seeds} has put the kernels. */
    static final String KERNELS = "kpatch.fuzzKernels";

    private static final List<byte[]> SEEDS = seeds();
    private static final int LARGEST_KERNEL = 16 << 20;
    private static final int MOST_EDITS = 32;
    private static final byte ELF = 0x7f;

    private KernelImageTarget() {}

    private static List<byte[]> seeds() {
        try (Stream<Path> kernels = Files.list(Path.of(System.getProperty(KERNELS)))) {
            return kernels.sorted().map(KernelImageTarget::bytes).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        run(bytes);
    }

    /** What came out, as text that is the same in every run. */
    static String run(byte[] bytes) {
        Script script = new Script(bytes);
        byte[] edited = edited(SEEDS.get(script.choose(SEEDS.size())).clone(), script);
        return edited.length > 0 && edited[0] == ELF ? read(edited) : unpacked(edited);
    }

    private static String unpacked(byte[] image) {
        Bounded unpacked = new Bounded();
        try {
            BootImage.unpack("vmlinuz", image, unpacked);
        } catch (ProblemException e) {
            return e.getMessage();
        } catch (IOException e) {
            return "too large";
        }
        return read(unpacked.out.toByteArray());
    }

    private static String read(byte[] kernel) {
        return symbols(kernel) + '\n' + sizes(kernel) + '\n' + object(kernel);
    }

    private static String symbols(byte[] kernel) {
        try {
            return Kallsyms.of(ElfFile.open(ByteSource.of("vmlinux", kernel))).toString();
        } catch (ProblemException e) {
            return e.getMessage();
        }
    }

    private static String sizes(byte[] kernel) {
        try {
            return StructSizes.read(ElfFile.open(ByteSource.of("vmlinux", kernel)), StructSizes.KNOWN)
                    .toString();
        } catch (ProblemException e) {
            return e.getMessage();
        }
    }

    private static String object(byte[] kernel) {
        try {
            if (!LinkedObject.isShipped(ByteSource.of("vmlinux", kernel))) {
                return "";
            }
            LinkedObject object = LinkedObject.read("vmlinux", kernel);
            return object.symbols().entries().stream()
                    .map(entry -> entry + " " + object.bytes(object.address(entry), Long.BYTES))
                    .toList()
                    .toString();
        } catch (ProblemException e) {
            return e.getMessage();
        }
    }

    /** Numbers of one to eight bytes, anywhere; a piece that is copied to another place; an end that comes too early. */
    private static byte[] edited(byte[] file, Script script) {
        byte[] bytes = file;
        for (int edit = 0; edit < MOST_EDITS && script.hasMore() && bytes.length > Long.BYTES; edit++) {
            int at = (script.next() << 16 | script.next() << 8 | script.next()) % (bytes.length - Long.BYTES);
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            switch (script.choose(8)) {
                case 0 -> bytes = Arrays.copyOf(bytes, at);
                case 1 -> buffer.putLong(at, script.number(buffer.getLong(at)));
                case 2 -> buffer.putShort(at, (short) script.number(buffer.getShort(at)));
                case 3 -> {
                    int from = (script.next() << 8 | script.next()) % (bytes.length - Long.BYTES);
                    int length = Math.min(script.next(), bytes.length - Math.max(at, from));
                    System.arraycopy(bytes, from, bytes, at, length);
                }
                case 4, 5 -> buffer.putInt(at, (int) script.number(buffer.getInt(at)));
                default -> buffer.put(at, (byte) script.next());
            }
        }
        return bytes;
    }

    /** An image may claim any size, and a disk is finite too. */
    private static final class Bounded extends OutputStream {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (out.size() + length > LARGEST_KERNEL) {
                throw new IOException("enough");
            }
            out.write(bytes, offset, length);
        }
    }
}
