package io.github.kpatch.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is done to an object, reading it ends in a coded error or in an object that can be written and read again. A
 * damaged object must never become a wrong module, nor end the build with anything but a problem.
 */
class MalformedInputTest {
    @TempDir
    private static Path folder;

    private static byte[] real;

    @BeforeAll
    static void compileASmallObject() {
        Path file = NativeTools.compile(folder, "real", """
                static int state = 7;
                extern int outside(const char *, int);
                static __attribute__((noinline)) int helper(int x) { return outside("text", x) + state++; }
                int entry(int x) { return helper(x) + helper(x * 2); }
                asm(".section .grouped,\\"aG\\",@progbits,sig,comdat\\n .quad entry\\n .text\\n");
                """, "-ffunction-sections", "-fdata-sections");
        real = NativeTools.bytes(file);
    }

    /** Reads {@code bytes} and answers whether they were an object. */
    private static boolean isObject(byte[] bytes) {
        ElfObject object;
        try {
            object = ElfReader.read("damaged.o", bytes);
        } catch (ProblemException e) {
            assertThat(e).hasMessageMatching("(?s)KP(209|216) damaged\\.o.*");
            return false;
        }
        assertThat(ElfDump.withContents(object)).isNotEmpty();
        if (object.header().programHeaders() == 0) {
            assertThat(ElfReader.read("again.o", ElfWriter.write(object))).isEqualTo(object);
        }
        return true;
    }

    @Test
    void noticesEveryCut() {
        assertThat(isObject(real)).isTrue();
        for (int length = 0; length < real.length; length++) {
            // The section headers come last, so that no cut leaves them whole.
            assertThat(isObject(Arrays.copyOf(real, length)))
                    .as("%d bytes", length)
                    .isFalse();
        }
    }

    @Test
    void survivesEveryFieldOfEveryHeaderAtItsExtremes() {
        ByteBuffer header = ByteBuffer.wrap(real).order(ByteOrder.LITTLE_ENDIAN);
        int table = (int) header.getLong(40);
        int refused = 0;
        for (int at = 0; at < real.length; at = at == 63 ? table : at + 1) {
            for (int size : new int[] {1, 4, 8}) {
                for (int fill : new int[] {0x00, 0x7f, 0xff}) {
                    byte[] bad = real.clone();
                    Arrays.fill(bad, at, Math.min(bad.length, at + size), (byte) fill);
                    refused += isObject(bad) ? 0 : 1;
                }
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void survivesEveryFlippedByte() {
        for (int at = 0; at < real.length; at++) {
            for (int mask : new int[] {0x01, 0x40, 0xff}) {
                byte[] bad = real.clone();
                bad[at] ^= (byte) mask;
                isObject(bad);
            }
        }
    }

    @Test
    void survivesManyFlippedBits() {
        Random random = new Random(20261122);
        int accepted = 0;
        for (int i = 0; i < 8_000; i++) {
            byte[] bad = real.clone();
            for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
                bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            }
            accepted += isObject(bad) ? 1 : 0;
        }
        assertThat(accepted).isBetween(100, 7_900);
    }

    /** A file header and room for so many section headers and a megabyte. */
    private static byte[] file(int sections) {
        byte[] bytes = new byte[64 + sections * 64 + (1 << 20)];
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
        file.putShort(16, (short) 1).putShort(18, (short) 62).putInt(20, 1).putLong(40, 64);
        file.putShort(52, (short) 64).putShort(58, (short) 64).putShort(60, (short) sections);
        return bytes;
    }

    private static void section(byte[] bytes, int index, int name, int type, long offset, long size, int link) {
        int at = 64 + 64 * index;
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(at, name).putInt(at + 4, type).putLong(at + 24, offset).putLong(at + 32, size);
        file.putInt(at + 40, link);
    }

    @Test
    void refusesManySectionsThatShareOneRange() {
        int count = 60_000;
        byte[] file = file(count);
        int data = 64 + count * 64;
        section(file, 1, 0, 2, data, 24, 2);
        section(file, 2, 0, 3, data, 1, 0);
        for (int i = 3; i < count; i++) {
            section(file, i, 0, 1, data, 1 << 20, 0);
        }
        assertThatThrownBy(() -> ElfReader.read("bomb.o", file))
                .hasMessageStartingWith("KP216 bomb.o: Its sections overlap.");
    }

    @Test
    void refusesNamesThatAreOneLongNameEach() {
        byte[] file = file(3);
        int symbols = 64 + 3 * 64;
        int count = 20_000;
        int names = symbols + count * 24;
        section(file, 1, 0, 2, symbols, count * 24L, 2);
        section(file, 2, 0, 3, names, file.length - names, 0);
        Arrays.fill(file, names, file.length - 1, (byte) 'x');
        assertThatThrownBy(() -> ElfReader.read("bomb.o", file))
                .hasMessageStartingWith("KP216 bomb.o")
                .hasMessageContaining("far longer than the file");
    }

    @Test
    void refusesWhatIsNoObject() {
        assertThatThrownBy(() -> ElfReader.read("text", "#!/bin/sh\n".repeat(10).getBytes(StandardCharsets.US_ASCII)))
                .hasMessageStartingWith("KP209 text: The file does not begin with the ELF magic number.");
        NativeTools.run(folder, "ld", "--unresolved-symbols=ignore-all", "-e", "entry", "-o", "linked", "real.o");
        assertThatThrownBy(() -> ElfReader.read("linked", NativeTools.bytes(folder.resolve("linked"))))
                .hasMessageStartingWith("KP216 linked: It is not a relocatable object");
    }
}
