package io.github.kpatch.elf;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.testing.NativeTools;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElfDumpTest {
    @TempDir
    private Path folder;

    private static ElfObject handMade() {
        ElfObjectBuilder builder = ElfObjectBuilder.empty(ElfHeader.relocatable(ByteOrder.BIG_ENDIAN, 22, 0));
        SectionId text = builder.add(Section.ofBytes(
                ".text",
                SectionFlags.ALLOC | SectionFlags.EXECINSTR,
                4,
                Bytes.copyOf("hello, world\0\1\2\377tail".getBytes(StandardCharsets.ISO_8859_1))));
        SectionId twin = builder.add(Section.ofBytes(".text", SectionFlags.GROUP | 1L << 40, 1, Bytes.EMPTY));
        SymbolId section = builder.add(
                new Symbol(".text", SymbolType.SECTION, SymbolBinding.LOCAL, 0, 0, 0, new SymbolHome.InSection(text)));
        SymbolId hidden =
                builder.add(new Symbol("a b", SymbolType.OBJECT, SymbolBinding.WEAK, 2, 8, 4, new SymbolHome.Common()));
        builder.add(Section.ofRelocations(
                ".rela.text",
                text,
                List.of(
                        new Relocation(2, new RelocationType(19), section, -4),
                        new Relocation(1, new RelocationType(4), hidden, 0x80000000L),
                        new Relocation(4, new RelocationType(0), SymbolId.NULL, Long.MIN_VALUE))));
        builder.add(new Section(
                ".group",
                SectionType.GROUP,
                0,
                0,
                4,
                4,
                SectionLink.NONE,
                new SectionData.Group(section, 1, List.of(twin))));
        builder.add(new Section(
                ".order",
                new SectionType(0x6fff4c04),
                SectionFlags.LINK_ORDER,
                16,
                0,
                8,
                new SectionLink.To(twin),
                new SectionData.NoBits(5)));
        builder.add(new Symbol("klp", SymbolType.FUNC, SymbolBinding.GLOBAL, 0, 0, 0, new SymbolHome.Reserved(0xff20)));
        builder.add(new Symbol("a b", SymbolType.NOTYPE, SymbolBinding.GLOBAL, 0, 0, 0, new SymbolHome.Undefined()));
        builder.add(new Symbol("abs", SymbolType.FILE, SymbolBinding.LOCAL, 0, 0, 0, new SymbolHome.Absolute()));
        return builder.build();
    }

    private static final String EXPECTED = """
            elf64 big-endian type=1 machine=22 flags=0x0 abi=0.0 entry=0x0 programs=0
            section .text PROGBITS flags=AX size=0x14 align=4 entry=0
              000000  68 65 6c 6c 6f 2c 20 77 6f 72 6c 64 00 01 02 ff  hello, world....
              000010  74 61 69 6c                                      tail
            section .text#2 PROGBITS flags=G+0x10000000000 size=0x0 align=1 entry=0
            section .rela.text RELA flags=I size=0x48 align=8 entry=24
              to .text
              0x2 type=19 [.text]-0x4
              0x1 type=4 a\\x20b+0x80000000
              0x4 type=0 -0x8000000000000000
            section .group GROUP flags=- size=0x8 align=4 entry=4
              signature [.text] flags=0x1
              member .text#2
            section .order 0x6fff4c04 flags=L size=0x5 align=0 entry=8 address=0x10 link=.text#2
            symbol [.text] SECTION LOCAL in=.text value=0x0 size=0
            symbol abs FILE LOCAL in=(absolute) value=0x0 size=0
            symbol a\\x20b OBJECT WEAK in=(common) value=0x8 size=4 other=0x2
            symbol klp FUNC GLOBAL in=(0xff20) value=0x0 size=0
            symbol a\\x20b#2 NOTYPE GLOBAL in=(undefined) value=0x0 size=0
            """;

    @Test
    void saysEverythingTheModelHolds() {
        assertThat(ElfDump.withContents(handMade())).isEqualTo(EXPECTED);
        assertThat(ElfDump.of(handMade())).isEqualTo(EXPECTED.replaceAll("  0000[01]0  .*\n", ""));
    }

    @Test
    void differsOnlyWhereObjectsDiffer() {
        String source = "int shared; %s int user(int x) { return x + shared; }\n";
        ElfObject plain = read("plain", source.formatted(""));
        ElfObject more = read("more", source.formatted("static __attribute__((used)) int added(void) { return 3; }"));
        assertThat(ElfDump.of(more).lines().filter(line -> !line.contains("more.c")))
                .containsSubsequence(ElfDump.of(plain)
                        .lines()
                        .filter(line ->
                                !line.contains("plain.c") && !line.contains("eh_frame") && !line.contains("[.text]"))
                        .toList());
    }

    private ElfObject read(String name, String source) {
        Path file = NativeTools.compile(
                folder, name, source, "-ffunction-sections", "-fdata-sections", "-fno-asynchronous-unwind-tables");
        return ElfReader.read(name, NativeTools.bytes(file));
    }
}
