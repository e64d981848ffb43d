package io.github.kpatch.kernelimage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import io.github.kpatch.testing.TestImages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images packed by the programs and options that kbuild packs with. */
class BootImageTest {
    @TempDir
    private Path folder;

    private byte[] kernel() {
        byte[] kernel = new byte[9 << 20];
        new Random(1).nextBytes(kernel);
        Arrays.fill(kernel, 1 << 20, 8 << 20, (byte) 7);
        return kernel;
    }

    private byte[] image(byte[] kernel, String... command) throws IOException {
        Files.write(folder.resolve("kernel"), kernel);
        NativeTools.run(folder, "sh", "-c", String.join(" ", command) + " < kernel > packed");
        return TestImages.of(Files.readAllBytes(folder.resolve("packed")), kernel.length);
    }

    private static byte[] unpack(byte[] image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BootImage.unpack("vmlinuz", image, out);
        return out.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({
        "gzip -n -f -9",
        "bzip2 -9",
        "lzma -9",
        "xz --check=crc32 --x86 --lzma2=dict=32MiB",
        "lz4 -l -9 - -",
        "zstd -22 --ultra"
    })
    void unpacksWhatKbuildPacks(String command) throws IOException {
        byte[] kernel = kernel();
        byte[] image = image(kernel, command);

        assertThat(unpack(image)).isEqualTo(kernel);

        byte[] longer = TestImages.of(Files.readAllBytes(folder.resolve("packed")), kernel.length + 1);
        if (!command.startsWith("gzip")) {
            refused(longer, "shorter than announced");
        }
        refused(Arrays.copyOf(image, image.length - 1000), "cut short");
        byte[] damaged = image.clone();
        Arrays.fill(damaged, 3000, 5000, (byte) 0x55);
        assertThatThrownBy(() -> assertThat(unpack(damaged)).isEqualTo(kernel)).isNotNull();
    }

    private static void refused(byte[] image, String why) {
        assertThatThrownBy(() -> unpack(image))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("KP227")
                .hasMessageContaining(why);
    }

    @Test
    void saysWhatIsWrong() {
        refused(new byte[100], "header of a bzImage");
        refused(TestImages.of(new byte[500], 600), "not known");
        refused(TestImages.of(new byte[] {(byte) 0x89, 'L', 'Z', 'O', 0, 13, 10, 26, 10}, 600), "LZO");
        refused(TestImages.of(new byte[500], -1), "claims to hold");
        byte[] old = TestImages.of(new byte[500], 600);
        old[0x206] = 7;
        refused(old, "2.08");
    }

    @Test
    void anErrorOfTheTargetIsNotTheImages() throws IOException {
        byte[] image = image(new byte[1000], "gzip -n");
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("disk full");
            }
        };

        assertThatThrownBy(() -> BootImage.unpack("vmlinuz", image, full))
                .isInstanceOf(IOException.class)
                .hasMessage("disk full");
    }
}
