package io.github.kpatch.debuginfo.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.ElfHeader;
import io.github.kpatch.elf.ElfObjectBuilder;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.elf.Section;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** BTF as pahole writes it, and types by hand for the other byte order and the kinds pahole writes for kernels only. */
class BtfReaderTest {
    @TempDir
    private static Path folder;

    private static Map<String, Integer> sizes(byte[] bytes) {
        return BtfReader.structSizes(ElfFile.open(ByteSource.of("file", bytes)), StructSizes.KNOWN);
    }

    @Test
    void readsWhatPaholeWrites() {
        Path file = NativeTools.compile(folder, "real", """
                struct alt_instr;
                struct user { struct alt_instr *list; int (*call)(const struct alt_instr *, volatile int); };
                struct not_alt_instr { char a[3]; };
                struct bug_entry { long a, b, c; };
                union jump_entry { int i; char c[40]; };
                typedef struct alt_instr { int offset, target; short feature; unsigned char a, b; } alt_instr_t;
                enum colour { RED, GREEN };
                struct user user; struct not_alt_instr tail; struct bug_entry bug; alt_instr_t real; union jump_entry u;
                float number; enum colour colour; struct { int bits : 3, more : 5; } anonymous;
                int function(struct user *user, enum colour colour) { return user->call(user->list, colour); }
                """, "-g");
        NativeTools.run(folder, "pahole", "-J", "real.o");
        assertThat(sizes(NativeTools.bytes(file))).isEqualTo(Map.of("alt_instr", 12, "bug_entry", 24));
    }

    /** A type of each kind, each as long as the format says, then a structure. */
    private static ByteBuffer everyKind(ByteOrder order) {
        ByteBuffer types = ByteBuffer.allocate(4096).order(order);
        int[] bytesBehind = {-1, 4, 0, 12, 24, 24, 16, 0, 0, 0, 0, 0, 0, 16, 4, 24, 0, 4, 0, 24};
        for (int kind = 1; kind < bytesBehind.length; kind++) {
            types.putInt(0).putInt(1 << 31 | kind << 24 | 2).putInt(1);
            types.put(new byte[bytesBehind[kind]]);
        }
        types.putInt(1).putInt(4 << 24).putInt(14);
        return types.flip();
    }

    private static byte[] file(ByteOrder order, int magic, int version, ByteBuffer types) {
        byte[] strings = "\0alt_instr\0".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer btf =
                ByteBuffer.allocate(24 + types.limit() + strings.length).order(order);
        btf.putShort((short) magic).put((byte) version).put((byte) 0).putInt(24);
        btf.putInt(0).putInt(types.limit()).putInt(types.limit()).putInt(strings.length);
        btf.put(types.duplicate()).put(strings);
        ElfObjectBuilder builder =
                ElfObjectBuilder.empty(ElfHeader.relocatable(order, order == ByteOrder.BIG_ENDIAN ? 22 : 62, 0));
        builder.add(Section.ofBytes(".BTF", 0, 1, Bytes.copyOf(btf.array())));
        return ElfWriter.write(builder.build());
    }

    @Test
    void knowsTheLengthOfEveryKindInBothByteOrders() {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            assertThat(sizes(file(order, 0xeb9f, 1, everyKind(order))))
                    .as(order.toString())
                    .isEqualTo(Map.of("alt_instr", 14));
        }
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        ByteBuffer types = everyKind(ByteOrder.LITTLE_ENDIAN);
        assertThatThrownBy(() -> sizes(file(ByteOrder.LITTLE_ENDIAN, 0x9feb, 1, types)))
                .hasMessageStartingWith("KP216 file, section .BTF: It does not begin with a BTF header");
        assertThatThrownBy(() -> sizes(file(ByteOrder.LITTLE_ENDIAN, 0xeb9f, 2, types)))
                .hasMessageContaining("Its BTF version is 2 instead of 1.");
        types.putInt(types.limit() - 8, 20 << 24);
        assertThatThrownBy(() -> sizes(file(ByteOrder.LITTLE_ENDIAN, 0xeb9f, 1, types)))
                .hasMessageContaining("types of kind 20, which this version does not know");
    }

    @Test
    void endsInOneErrorOrAnAnswerWhateverIsDamaged() {
        byte[] good = file(ByteOrder.LITTLE_ENDIAN, 0xeb9f, 1, everyKind(ByteOrder.LITTLE_ENDIAN));
        var section = ElfFile.open(ByteSource.of("good", good)).section(".BTF").orElseThrow();
        int errors = 0;
        for (int at = 0; at < section.size(); at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] bad = good.clone();
                bad[(int) section.offset() + at] ^= (byte) (1 << bit);
                try {
                    sizes(bad);
                } catch (ProblemException e) {
                    assertThat(e).hasMessageStartingWith("KP21");
                    errors++;
                }
            }
        }
        assertThat(errors).isPositive();
    }
}
