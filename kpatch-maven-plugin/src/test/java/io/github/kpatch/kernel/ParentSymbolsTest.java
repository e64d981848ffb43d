package io.github.kpatch.kernel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.testing.NativeTools;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two source files with the same local name, linked into one object, stand for a kernel. */
class ParentSymbolsTest {
    @TempDir
    private static Path folder;

    private static Path parent;
    private static String text;

    @BeforeAll
    static void linkAnObjectOfTwoFiles() {
        NativeTools.compile(folder, "first", """
                static int count = 1;
                static int __attribute__((noinline)) helper(int x) { return x + count++; }
                int first(int x) { return helper(x) + helper(x + 1); }
                int __attribute__((weak)) maybe(void) { return 1; }
                """);
        NativeTools.compile(folder, "second", """
                extern int first(int);
                static int __attribute__((noinline)) helper(int x) { return first(x) * 3; }
                int second(int x) { return helper(x) + helper(x + 2); }
                """);
        NativeTools.run(folder, "ld", "-r", "-o", "parent.o", "first.o", "second.o");
        parent = folder.resolve("parent.o");
        text = NativeTools.run(folder, "readelf", "-sW", "parent.o").out();
    }

    private static ParentSymbols ofElf() {
        return ParentSymbols.of(ElfFile.open(ByteSource.of("parent.o", NativeTools.bytes(parent))));
    }

    private static ParentSymbols ofText(String symbols) {
        return ParentSymbols.ofText("parent.symtab", symbols.getBytes(ISO_8859_1));
    }

    @Test
    void readsTheSameFromElfAndFromReadelfsText() {
        assertThat(ofElf().entries())
                .isEqualTo(ofText(text).entries())
                .extracting(ParentSymbols.Entry::name)
                .contains("first.c", "second.c", "helper", "count", "first", "second", "maybe")
                .doesNotContain(".text", "");
    }

    @Test
    void writesTextThatReadsBackTheSame() {
        byte[] written = ofElf().toText();
        assertThat(ofText(new String(written, ISO_8859_1)).entries()).isEqualTo(ofElf().entries());
    }

    @Test
    void tellsTheFormOfItsInputByItself() throws Exception {
        try (ByteSource source = ByteSource.open(parent)) {
            assertThat(ParentSymbols.read(source).entries()).isEqualTo(ofElf().entries());
        }
        try (ByteSource source = ByteSource.of("text", text.getBytes(ISO_8859_1))) {
            assertThat(ParentSymbols.read(source).entries()).isEqualTo(ofElf().entries());
        }
    }

    @Test
    void dividesTheTableIntoBlocks() {
        ParentSymbols symbols = ofElf();
        assertThat(symbols.localsNamed("helper")).hasSize(2);
        ParentSymbols.FileBlock first = symbols.blocksNamed("first.c").get(0);
        assertThat(first.localsNamed("helper"))
                .containsExactly(symbols.localsNamed("helper").get(0));
        assertThat(first.entries()).extracting(ParentSymbols.Entry::name).containsExactly("helper", "count");
        assertThat(symbols.blocksNamed("second.c").get(0).localsNamed("helper"))
                .containsExactly(symbols.localsNamed("helper").get(1));
        assertThat(symbols.blocksNamed("second.c").get(0).localsNamed("count")).isEmpty();
        assertThat(symbols.blocksNamed("third.c")).isEmpty();
    }

    @Test
    void countsWeakSymbolsAsGlobalAndLeavesOutUndefinedOnes() {
        assertThat(ofElf().globalsNamed("maybe")).hasSize(1);
        assertThat(ofElf().globalsNamed("first"))
                .singleElement()
                .satisfies(entry -> assertThat(entry.type()).isEqualTo(SymbolType.FUNC));
        assertThat(ofElf().globalsNamed("helper")).isEmpty();
        assertThat(ofElf().localsNamed("first.c")).isEmpty();
    }

    @Test
    void readsLongNamesHexSizesAndAnnotations() {
        String longName = "x".repeat(5000);
        ParentSymbols symbols = ofText("""
                Symbol table '.dynsym' contains 1 entry:
                     1: 0000000000000000     0 FUNC    GLOBAL DEFAULT    1 elsewhere

                Symbol table '.symtab' contains 4 entries:
                   Num:    Value          Size Type    Bind   Vis      Ndx Name
                     0: 0000000000000000     0 NOTYPE  LOCAL  DEFAULT  UND\s
                     1: 0000000000000000     0 FILE    LOCAL  DEFAULT  ABS a.c
                     2: ffffffff81000010  0x10 FUNC    LOCAL  DEFAULT [<localentry>: 8]     1 %s
                     3: 0000000000000000     4 OBJECT  GLOBAL DEFAULT  COM shared\r
                """.formatted(longName));
        assertThat(symbols.globalsNamed("elsewhere")).isEmpty();
        assertThat(symbols.localsNamed(longName)).singleElement().satisfies(entry -> {
            assertThat(entry.value()).isEqualTo(0xffffffff81000010L);
            assertThat(entry.size()).isEqualTo(16);
            assertThat(entry.section()).isEqualTo(1);
        });
        assertThat(symbols.globalsNamed("shared")).hasSize(1);
    }

    @Test
    void noticesATextCutShort() {
        String lines = text.substring(0, text.lastIndexOf('\n', text.length() - 2) + 1);
        assertThatThrownBy(() -> ofText(lines)).hasMessageStartingWith("KP213").hasMessageContaining("announces");
        String withinALine = text.substring(0, text.length() - 30);
        assertThatThrownBy(() -> ofText(withinALine)).hasMessageStartingWith("KP213");
    }

    @Test
    void refusesWhatNoKernelHas() {
        assertThatThrownBy(() -> ofText(text.replace(" FUNC ", " IFUNC ")))
                .hasMessageStartingWith("KP213 parent.symtab, line ")
                .hasMessageContaining("IFUNC");
        assertThatThrownBy(() -> ofText("hello\n")).hasMessageStartingWith("KP213");
        assertThatThrownBy(() -> ofText("")).hasMessageStartingWith("KP213");
    }

    @Test
    void refusesTablesWithoutFileSymbols() {
        NativeTools.run(folder, "strip", "--strip-debug", "-o", "nofiles.o", "parent.o");
        assertThatThrownBy(() -> ParentSymbols.of(
                        ElfFile.open(ByteSource.of("nofiles.o", NativeTools.bytes(folder.resolve("nofiles.o"))))))
                .hasMessageStartingWith("KP213 nofiles.o: Its symbol table has no FILE symbols");
        NativeTools.run(folder, "ld", "-e", "first", "--strip-all", "-o", "stripped", "parent.o");
        assertThatThrownBy(() -> ParentSymbols.of(
                        ElfFile.open(ByteSource.of("stripped", NativeTools.bytes(folder.resolve("stripped"))))))
                .hasMessageStartingWith("KP213 stripped: It has no symbol table");
    }
}
