package io.github.kpatch.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.testing.NativeTools;
import io.github.kpatch.testing.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images with a small program in the kernel's place, packed by the tools that kbuild packs with. */
class KernelImageTest {
    private static final String ENTRY_NOTE = ".section .note.Xen,\\\"a\\\",@note\\n"
            + ".long 4, 8, 18\\n.asciz \\\"Xen\\\"\\n.quad 0x1000000\\n.text\\n.globl _start\\n_start: ret\\n";
    private static final String OTHER_NOTE = ".section .note.Xen,\\\"a\\\",@note\\n"
            + ".long 4, 8, 6\\n.asciz \\\"Xen\\\"\\n.quad 0x1000000\\n.text\\n.globl _start\\n_start: ret\\n";

    @TempDir
    private Path folder;

    private Path kernel(String assembly) {
        NativeTools.compile(folder, "kernel", "asm(\"" + assembly + "\");");
        NativeTools.run(folder, "ld", "-static", "-o", "vmlinux", "kernel.o");
        return folder.resolve("vmlinux");
    }

    private Path image(byte[] packed, int unpackedSize) throws IOException {
        return Files.write(folder.resolve("vmlinuz"), TestImages.of(packed, unpackedSize));
    }

    private byte[] packed(String program, Path file, String... options) throws IOException {
        String[] command = Stream.concat(
                        Stream.concat(Stream.of(program), Stream.of(options)),
                        Stream.of("-q", "-k", "-f", file.toString()))
                .toArray(String[]::new);
        NativeTools.run(folder, command);
        for (String suffix : new String[] {".xz", ".zst", ".gz", ".bz2"}) {
            Path result = Path.of(file + suffix);
            if (Files.exists(result)) {
                return Files.readAllBytes(result);
            }
        }
        throw new AssertionError(program + " wrote nothing");
    }

    @ParameterizedTest
    @CsvSource({"xz, --x86 --lzma2", "zstd, -19", "gzip, -9", "bzip2, -9"})
    void unpacksTheKernelOnce(String program, String options) throws IOException {
        Path kernel = kernel(ENTRY_NOTE);
        byte[] bytes = Files.readAllBytes(kernel);
        Path image = image(packed(program, kernel, options.split(" ")), bytes.length);
        Path cache = folder.resolve("cache");

        Path unpacked = KernelImage.unpack(image, cache).orElseThrow();

        assertThat(unpacked).hasBinaryContent(bytes);
        assertThat(cache).isDirectoryContaining(unpacked::equals);
        Object written = Files.getAttribute(unpacked, "unix:ino");
        assertThat(KernelImage.unpack(image, cache)).contains(unpacked);
        assertThat(Files.getAttribute(unpacked, "unix:ino")).isEqualTo(written);
        assertThat(cache.toFile().list()).hasSize(1);
    }

    @Test
    void aKernelWithoutTheEntryIsLeftPacked() throws IOException {
        Path kernel = kernel(OTHER_NOTE);
        Path image = image(packed("gzip", kernel), (int) Files.size(kernel));

        assertThat(KernelImage.unpack(image, folder.resolve("cache"))).isEmpty();
        assertThat(folder.resolve("cache")).isEmptyDirectory();
    }

    @Test
    void whatIsNoKnownImageIsLeftAsItIs() throws IOException {
        Path cache = folder.resolve("cache");
        Path kernel = kernel(ENTRY_NOTE);
        byte[] packed = packed("xz", kernel);
        byte[] damaged = packed.clone();
        damaged[packed.length / 2] ^= 0x55;
        byte[] image = Files.readAllBytes(image(packed, (int) Files.size(kernel)));

        assertThat(KernelImage.unpack(Files.write(folder.resolve("a"), new byte[100]), cache))
                .isEmpty();
        assertThat(KernelImage.unpack(Files.write(folder.resolve("b"), Arrays.copyOf(image, image.length - 1)), cache))
                .isEmpty();
        assertThat(KernelImage.unpack(image(new byte[500], 600), cache)).isEmpty();
        assertThat(KernelImage.unpack(image(packed, -1), cache)).isEmpty();
        assertThat(KernelImage.unpack(image(damaged, (int) Files.size(kernel)), cache))
                .isEmpty();
        assertThat(KernelImage.unpack(image(packed, (int) Files.size(kernel) + 1), cache))
                .isEmpty();
    }
}
