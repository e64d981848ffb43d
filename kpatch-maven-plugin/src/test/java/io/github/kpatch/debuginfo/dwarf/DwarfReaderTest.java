package io.github.kpatch.debuginfo.dwarf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.ElfHeader;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfObjectBuilder;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import java.io.ByteArrayOutputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real DWARF as gcc and binutils write it, in all its wrappings, and units by hand for what this gcc never writes. */
class DwarfReaderTest {
    private static final Map<String, Integer> EXPECTED = Map.of("alt_instr", 12, "bug_entry", 24, "orc_entry", 6);

    /**
     * Declares a structure before it is defined, has one inside a function, one as a name's tail, one in a block, and
     * variables of every kind.
     */
    private static final String SOURCE = """
            struct alt_instr;
            struct user { struct alt_instr *list; int (*call)(struct alt_instr *, int); };
            struct not_alt_instr { char a[3]; };
            struct bug_entry { long a, b, c; };
            union jump_entry { int i; char c[40]; };
            struct alt_instr { int offset, target; short feature; unsigned char a, b; };
            struct user user; struct not_alt_instr tail; struct bug_entry bug; struct alt_instr real; union jump_entry u;
            static inline __attribute__((always_inline)) int inlined(int x) { return x * 3; }
            int used(int x) {
                struct static_call_site { int a[7]; } local = { { x } };
                for (int i = 0; i < x; i++) { double d = i; local.a[i % 7] += inlined((int) d); }
                return local.a[x % 7];
            }
            enum colour { RED, GREEN } colour;
            _Thread_local int perThread;
            __int128 wide;
            """;

    private static final String SECOND_SOURCE = """
            struct alt_instr { int offset, target; short feature; unsigned char a, b; } again;
            struct orc_entry { short a, b, c; } orc;
            """;

    @TempDir
    private static Path folder;

    private static Path plain;

    @BeforeAll
    static void compilePlain() {
        NativeTools.compile(folder, "first", SOURCE, "-g");
        NativeTools.compile(folder, "second", SECOND_SOURCE, "-g");
        NativeTools.run(folder, "ld", "-r", "-o", "plain.o", "first.o", "second.o");
        plain = folder.resolve("plain.o");
    }

    private static Map<String, Integer> sizes(byte[] bytes) {
        return sizes(bytes, StructSizes.KNOWN);
    }

    private static Map<String, Integer> sizes(byte[] bytes, Collection<String> wanted) {
        return DwarfReader.structSizes(ElfFile.open(ByteSource.of("file", bytes)), wanted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-gdwarf-2 -gstrict-dwarf",
                "-gdwarf-3",
                "-gdwarf-4",
                "-gdwarf-5",
                "-gdwarf-5 -gdwarf64",
                "-gdwarf-4 -gdwarf64",
                "-gdwarf-4 -fdebug-types-section",
                "-gdwarf-5 -fdebug-types-section",
                "-gdwarf-5 -gz=zlib",
                "-gdwarf-4 -gz=zlib-gnu",
                "-gdwarf-5 -O0 -g3"
            })
    void readsWhatGccWrites(String flags) {
        String name = flags.replaceAll("[^a-z0-9]", "");
        NativeTools.compile(folder, name + "1", SOURCE, flags.split(" "));
        NativeTools.compile(folder, name + "2", SECOND_SOURCE, flags.split(" "));
        assertThat(sizes(NativeTools.bytes(folder.resolve(name + "1.o"))))
                .as("one object")
                .isEqualTo(Map.of("alt_instr", 12, "bug_entry", 24));
        NativeTools.run(folder, "ld", "-r", "-o", name + ".o", name + "1.o", name + "2.o");
        assertThat(sizes(NativeTools.bytes(folder.resolve(name + ".o"))))
                .as("relocatable")
                .isEqualTo(EXPECTED);
        NativeTools.run(folder, "ld", "-e", "used", "-o", name, name + ".o");
        assertThat(sizes(NativeTools.bytes(folder.resolve(name)))).as("linked").isEqualTo(EXPECTED);
        NativeTools.run(folder, "ld", "--emit-relocs", "-e", "used", "-o", name, name + ".o");
        assertThat(sizes(NativeTools.bytes(folder.resolve(name))))
                .as("linked as vmlinux is, with relocations kept")
                .isEqualTo(EXPECTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zlib", "zlib-gnu", "zstd"})
    void readsCompressedSectionsOfALinkedFile(String method) {
        NativeTools.run(folder, "ld", "-e", "used", "-o", "linked", "plain.o");
        NativeTools.run(folder, "objcopy", "--compress-debug-sections=" + method, "linked", method);
        ElfFile file = ElfFile.open(ByteSource.of(method, NativeTools.bytes(folder.resolve(method))));
        boolean isCompressed = file.section(".zdebug_info").isPresent()
                || (file.section(".debug_info").orElseThrow().flags() & 0x800) != 0;
        assertThat(isCompressed).isTrue();
        assertThat(DwarfReader.structSizes(file, StructSizes.KNOWN)).isEqualTo(EXPECTED);
    }

    @Test
    void readsNoFurtherThanNeeded() {
        StringBuilder source = new StringBuilder("struct bug_entry { int a; } bug;\n");
        for (int i = 0; i < 20_000; i++) {
            source.append("struct filler")
                    .append(i)
                    .append(" { int a; } filler")
                    .append(i)
                    .append(";\n");
        }
        Path file = NativeTools.compile(folder, "long", source.toString(), "-g");
        ByteSource early = ByteSource.of("early", NativeTools.bytes(file));
        DwarfReader.structSizes(ElfFile.open(early), List.of("bug_entry"));
        ByteSource late = ByteSource.of("late", NativeTools.bytes(file));
        DwarfReader.structSizes(ElfFile.open(late), List.of("bug_entry", "orc_entry"));
        assertThat(early.bytesRead()).isLessThan(late.bytesRead());
    }

    @Test
    void refusesTwoSizesForOneName() {
        NativeTools.compile(folder, "contradicting", "struct bug_entry { int a; } otherBug;\n", "-g");
        NativeTools.run(folder, "ld", "-r", "-o", "twice.o", "plain.o", "contradicting.o");
        assertThatThrownBy(() -> sizes(NativeTools.bytes(folder.resolve("twice.o"))))
                .hasMessageContaining("KP212 file: It has structures bug_entry of 24 and of 4 bytes");
    }

    /** Cuts and flips at every place of the two sections that steer the reading. */
    @Test
    void endsInOneErrorOrAnAnswerWhateverIsDamaged() {
        NativeTools.run(folder, "ld", "-e", "used", "-o", "damaged", "plain.o");
        byte[] good = NativeTools.bytes(folder.resolve("damaged"));
        ElfFile file = ElfFile.open(ByteSource.of("good", good));
        int errors = 0;
        int answers = 0;
        for (String name : List.of(".debug_info", ".debug_abbrev")) {
            var section = file.section(name).orElseThrow();
            for (int at = 0; at < section.size(); at++) {
                for (int mask : new int[] {0x01, 0x80, 0xff}) {
                    byte[] bad = good.clone();
                    bad[(int) section.offset() + at] ^= (byte) mask;
                    try {
                        sizes(bad);
                        answers++;
                    } catch (ProblemException e) {
                        assertThat(e).hasMessageStartingWith("KP2");
                        errors++;
                    }
                }
            }
        }
        assertThat(errors).isPositive();
        assertThat(answers).isPositive();
    }

    @Test
    void noticesSectionsCutShort() {
        ElfObject object = ElfReader.read("plain.o", NativeTools.bytes(plain));
        SectionId info = object.sectionNamed(".debug_info").orElseThrow();
        Bytes bytes = object.section(info).bytes();
        int firstUnit = 4 + bytes.buffer(ByteOrder.LITTLE_ENDIAN).getInt(0);
        for (int length = 1; length < bytes.size(); length++) {
            if (length == firstUnit) {
                continue;
            }
            Section cut = object.section(info).with(new SectionData.Contents(bytes.slice(0, length)));
            byte[] file = ElfWriter.write(
                    ElfObjectBuilder.from(object).replace(info, cut).build());
            assertThatThrownBy(() -> sizes(file)).hasMessageStartingWith("KP216 file");
        }
    }

    /** What clang, dwz and other producers write and gcc does not. */
    private enum Producer {
        STRING_INDEX,
        INDIRECT,
        IMPLICIT_CONSTANT,
        INLINE_NAME,
        PARTIAL_UNIT,
        TWO_UNITS_ONE_TABLE
    }

    @ParameterizedTest
    @EnumSource
    void readsWhatOtherProducersWriteInBothByteOrders(Producer producer) {
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            assertThat(sizes(handMade(producer, order))).as(order.toString()).isEqualTo(Map.of("bug_entry", 0x10c));
        }
    }

    private static byte[] handMade(Producer producer, ByteOrder order) {
        Out strings = new Out(order).bytes(0).text("debug_entry").text("bug_entry");
        int nameAt = 13;
        // Code 1 is the unit, 2 a structure inside a structure-like parent without sibling, 3 the one wanted.
        Out abbreviations = new Out(order);
        int unitTag = producer == Producer.PARTIAL_UNIT ? 0x3c : 0x11;
        abbreviations.bytes(1, unitTag, 1, 0x72, 0x17, 0, 0);
        abbreviations.bytes(2, 0x39, 1, 0, 0);
        abbreviations.bytes(3, 0x13, 0, 0x03);
        Out entry = new Out(order).bytes(3);
        switch (producer) {
            case STRING_INDEX -> {
                abbreviations.bytes(0x25, 0x0b, 0x05);
                entry.bytes(1).number(2, 0x10c);
            }
            case INDIRECT -> {
                abbreviations.bytes(0x16, 0x0b, 0x16);
                entry.bytes(0x0e).number(4, nameAt).bytes(0x0f, 0x8c, 0x02);
            }
            case IMPLICIT_CONSTANT -> {
                abbreviations.bytes(0x0e, 0x0b, 0x21, 0x8c, 0x02);
                entry.number(4, nameAt);
            }
            case INLINE_NAME -> {
                abbreviations.bytes(0x08, 0x0b, 0x06);
                entry.text("bug_entry").number(4, 0x10c);
            }
            default -> {
                abbreviations.bytes(0x0e, 0x0b, 0x05);
                entry.number(4, nameAt).number(2, 0x10c);
            }
        }
        abbreviations.bytes(0, 0, 0);
        Out units = new Out(order);
        if (producer == Producer.TWO_UNITS_ONE_TABLE) {
            units.bytes(unit(order, 1, new Out(order)));
        }
        units.bytes(unit(order, producer == Producer.PARTIAL_UNIT ? 3 : 1, entry));
        Out stringOffsets = new Out(order)
                .number(4, 12)
                .number(2, 5)
                .number(2, 0)
                .number(4, 1)
                .number(4, nameAt);
        ElfObjectBuilder builder =
                ElfObjectBuilder.empty(ElfHeader.relocatable(order, order == ByteOrder.BIG_ENDIAN ? 22 : 62, 0));
        builder.add(Section.ofBytes(".debug_info", 0, 1, units.done()));
        builder.add(Section.ofBytes(".debug_abbrev", 0, 1, abbreviations.done()));
        builder.add(Section.ofBytes(".debug_str", 0, 1, strings.done()));
        builder.add(Section.ofBytes(".debug_str_offsets", 0, 1, stringOffsets.done()));
        return ElfWriter.write(builder.build());
    }

    private static byte[] unit(ByteOrder order, int kind, Out entry) {
        Out body = new Out(order).number(2, 5).bytes(kind, 8).number(4, 0);
        body.bytes(1).number(4, 8);
        body.bytes(2, 2, 0, 0);
        body.bytes(entry.done().toArray()).bytes(0);
        byte[] bytes = body.done().toArray();
        return new Out(order).number(4, bytes.length).bytes(bytes).done().toArray();
    }

    /** Bytes in one order. */
    private static final class Out {
        private final ByteOrder order;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Out(ByteOrder order) {
            this.order = order;
        }

        Out bytes(int... values) {
            Arrays.stream(values).forEach(bytes::write);
            return this;
        }

        Out bytes(byte[] values) {
            bytes.writeBytes(values);
            return this;
        }

        Out text(String text) {
            return bytes(text.getBytes(StandardCharsets.US_ASCII)).bytes(0);
        }

        Out number(int size, long value) {
            for (int i = 0; i < size; i++) {
                bytes.write((int) (value >>> (8 * (order == ByteOrder.BIG_ENDIAN ? size - 1 - i : i))));
            }
            return this;
        }

        Bytes done() {
            return Bytes.copyOf(bytes.toByteArray());
        }
    }
}
