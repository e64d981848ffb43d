package io.github.kpatch.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read and written stays the same, and binutils agree that it does. */
class RoundTripTest {
    private static final String SOURCE = """
            int common;
            static int zero[100];
            __thread int perThread = 3;
            static const char *names[] = { "one", "two", "three" };
            extern int outside(const char *, int);
            __attribute__((weak)) int maybe(int x) { return outside(names[x & 1], x); }
            static __attribute__((noinline, cold)) int rare(int x) { return zero[x] * common + perThread; }
            int entry(int x) { static int calls; return x > 3 ? rare(x) : maybe(x + calls++); }
            extern int alias(int) __attribute__((alias("entry"), visibility("hidden")));
            __attribute__((section(".init.text"), aligned(4096))) int early(void) { return 1; }
            int many(int x) {
                switch (x) {
                    case 0: return outside("a", 1); case 1: return entry(7); case 2: return maybe(9);
                    case 3: return rare(3); case 4: return 12; case 5: return outside("b", 4); default: return 0;
                }
            }
            int fragile(int n) { char buffer[64]; return outside(buffer, n); }
            asm(".section .order,\\"ao\\",@progbits,.text\\n .quad entry\\n .text\\n");
            asm(".section .group1,\\"aG\\",@progbits,sig,comdat\\n .quad alias\\n .text\\n");
            """;

    @TempDir
    private Path folder;

    private void assertSame(Path original) throws IOException {
        byte[] bytes = NativeTools.bytes(original);
        ElfObject object = ElfReader.read("original", bytes);
        byte[] written = ElfWriter.write(object);
        assertThat(ElfReader.read("written", written)).isEqualTo(object);
        assertThat(ElfWriter.write(ElfReader.read("written", written))).isEqualTo(written);
        Files.write(folder.resolve("written.o"), written);
        Files.write(folder.resolve("original.o"), bytes);
        assertThat(NativeTools.run(folder, "readelf", "-aW", "written.o").err()).isEmpty();
        NativeTools.run(folder, "ld", "-r", "-o", "linked.o", "written.o");
        for (String view : List.of("-drw", "-sw")) {
            assertThat(objdump(view, "written.o")).isEqualTo(objdump(view, "original.o"));
        }
        assertThat(NativeTools.run(folder, "nm", "-a", "-S", "written.o").out())
                .isEqualTo(
                        NativeTools.run(folder, "nm", "-a", "-S", "original.o").out());
    }

    private String objdump(String view, String file) {
        return NativeTools.run(folder, "objdump", view, file)
                .out()
                .lines()
                .filter(line -> !line.contains("file format"))
                .collect(Collectors.joining("\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-O2",
                "-O0 -g",
                "-O2 -ffunction-sections -fdata-sections",
                "-O2 -g3 -ffunction-sections -fdata-sections -fcommon -pg -mfentry",
                "-O2 -g -gz=zlib -fpatchable-function-entry=16,16 -fstack-protector-all",
                "-O2 -g -gdwarf-4 -fdebug-types-section -mcmodel=kernel -fno-asynchronous-unwind-tables"
            })
    void keepsRealObjects(String flags) throws IOException {
        assertSame(NativeTools.compile(folder, "real", SOURCE, flags.split(" ")));
    }

    @Test
    void keepsLinkedObjects() throws IOException {
        NativeTools.compile(folder, "one", SOURCE, "-ffunction-sections", "-g");
        NativeTools.compile(folder, "two", "int outside(const char *s, int x) { return s[x]; }\n", "-g");
        NativeTools.run(folder, "ld", "-r", "--unique", "-o", "both.o", "one.o", "two.o");
        assertSame(folder.resolve("both.o"));
    }

    @Test
    void writesTheSameBytesEveryTime() {
        Path file = NativeTools.compile(folder, "real", SOURCE, "-g", "-ffunction-sections");
        ElfObject object = ElfReader.read("real.o", NativeTools.bytes(file));
        assertThat(ElfWriter.write(object)).isEqualTo(ElfWriter.write(object));
    }

    private static ElfObjectBuilder sections(ByteOrder order, int machine, int count) {
        ElfObjectBuilder builder = ElfObjectBuilder.empty(ElfHeader.relocatable(order, machine, 0));
        SymbolId first = builder.add(
                new Symbol("first", SymbolType.NOTYPE, SymbolBinding.GLOBAL, 0, 0, 0, new SymbolHome.Undefined()));
        SectionId last = null;
        for (int i = 0; i < count; i++) {
            last = builder.add(Section.ofBytes(
                    ".data.d" + i, SectionFlags.ALLOC | SectionFlags.WRITE, 8, Bytes.copyOf(new byte[8])));
            builder.add(new Symbol(
                    "d" + i,
                    SymbolType.OBJECT,
                    i % 2 == 0 ? SymbolBinding.LOCAL : SymbolBinding.GLOBAL,
                    0,
                    0,
                    8,
                    new SymbolHome.InSection(last)));
        }
        builder.add(Section.ofRelocations(
                ".rela" + ".data.last", last, List.of(new Relocation(0, new RelocationType(1), first, 16))));
        return builder;
    }

    @Test
    void numbersBeyondTheReservedIndices() throws IOException {
        for (int count : new int[] {0xfef9, 0xfefa, 0xfefb, 0xfeff, 0xff00, 70_000}) {
            ElfObject object = sections(ByteOrder.LITTLE_ENDIAN, 62, count).build();
            byte[] written = ElfWriter.write(object);
            assertThat(ElfReader.read("many.o", written))
                    .as("%d sections", count)
                    .isEqualTo(object);
            if (count == 70_000) {
                Files.write(folder.resolve("many.o"), written);
            }
        }
        NativeTools.Printed symbols = NativeTools.run(folder, "readelf", "-sW", "many.o");
        assertThat(symbols.err()).isEmpty();
        assertThat(symbols.out()).containsPattern("OBJECT  GLOBAL DEFAULT 70000 d69999\n");
        assertThat(NativeTools.run(folder, "readelf", "-hW", "many.o").out()).contains("(70006)");
        NativeTools.Printed relocations = NativeTools.run(folder, "readelf", "-rW", "many.o");
        assertThat(relocations.err()).isEmpty();
        assertThat(relocations.out()).containsPattern("R_X86_64_64 .* first \\+ 10\n");
    }

    @Test
    void readsManySectionsAsAnAssemblerNumbersThem() throws IOException {
        StringBuilder source = new StringBuilder();
        for (int i = 0; i < 66_000; i++) {
            source.append(".section .text.f")
                    .append(i)
                    .append(",\"ax\"\nf")
                    .append(i)
                    .append(": ret\n");
        }
        source.append(".quad f0, f65999\n");
        Files.writeString(folder.resolve("many.s"), source);
        NativeTools.run(folder, "as", "-o", "assembled.o", "many.s");
        ElfObject object = ElfReader.read("assembled.o", NativeTools.bytes(folder.resolve("assembled.o")));
        Symbol last = object.symbol(object.symbolsNamed("f65999").get(0));
        assertThat(object.section(last.home().section().orElseThrow()).name()).isEqualTo(".text.f65999");
        byte[] written = ElfWriter.write(object);
        assertThat(ElfReader.read("written", written)).isEqualTo(object);
        Files.write(folder.resolve("rewritten.o"), written);
        assertThat(NativeTools.run(folder, "nm", "rewritten.o").out())
                .isEqualTo(NativeTools.run(folder, "nm", "assembled.o").out());
    }

    @Test
    void writesBigEndian() throws IOException {
        ElfObject object = sections(ByteOrder.BIG_ENDIAN, 22, 3).build();
        byte[] written = ElfWriter.write(object);
        assertThat(ElfReader.read("big.o", written)).isEqualTo(object);
        Files.write(folder.resolve("big.o"), written);
        NativeTools.Printed printed = NativeTools.run(folder, "readelf", "-aW", "big.o");
        assertThat(printed.err()).isEmpty();
        assertThat(printed.out())
                .contains("2's complement, big endian", "IBM S/390", ".data.d2", "OBJECT  GLOBAL DEFAULT    2 d1")
                .containsPattern("R_390_8 .* first \\+ 10\n");
    }

    @Test
    void writesNoLargerGapThanAPageWhateverTheAlignment() {
        ElfObjectBuilder builder = ElfObjectBuilder.empty(ElfHeader.relocatable(ByteOrder.LITTLE_ENDIAN, 62, 0));
        builder.add(Section.ofBytes(".huge", 0, 1L << 62, Bytes.copyOf(new byte[] {1})));
        builder.add(Section.ofBytes(".huge", 0, 1L << 63, Bytes.copyOf(new byte[] {2})));
        byte[] written = ElfWriter.write(builder.build());
        assertThat(written).hasSizeLessThan(10_000);
        assertThat(ElfReader.read("huge.o", written)).isEqualTo(builder.build());
    }

    @Test
    void refusesToWriteWhatTheFormatForbids() {
        ElfHeader header = ElfHeader.relocatable(ByteOrder.LITTLE_ENDIAN, 62, 0);
        Symbol global = new Symbol("g", SymbolType.NOTYPE, SymbolBinding.GLOBAL, 0, 0, 0, new SymbolHome.Undefined());
        Symbol local = new Symbol("l", SymbolType.NOTYPE, SymbolBinding.LOCAL, 0, 0, 0, new SymbolHome.Absolute());
        ElfObject unordered = new ElfObject(header, List.of(), List.of(Symbol.NULL, global, local));
        assertThatThrownBy(() -> ElfWriter.write(unordered)).isInstanceOf(IllegalArgumentException.class);
        ElfHeader programs = new ElfHeader(ByteOrder.LITTLE_ENDIAN, 0, 0, 1, 62, 0, 0, 2);
        ElfObject withPrograms = new ElfObject(programs, List.of(), List.of(Symbol.NULL));
        assertThatThrownBy(() -> ElfWriter.write(withPrograms)).isInstanceOf(IllegalArgumentException.class);
    }
}
