package io.github.kpatch.debuginfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.testing.NativeTools;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StructSizesTest {
    @TempDir
    private static Path folder;

    private static ElfFile open(Path file) {
        return ElfFile.open(ByteSource.of(file.getFileName().toString(), NativeTools.bytes(file)));
    }

    @Test
    void readsAndWritesALine() {
        StructSizes sizes = StructSizes.parse("structSizes", "bug_entry=12, alt_instr=13");
        assertThat(sizes.get("alt_instr")).isEqualTo(OptionalInt.of(13));
        assertThat(sizes.get("orc_entry")).isEmpty();
        assertThat(sizes).hasToString("alt_instr=13,bug_entry=12");
        assertThat(StructSizes.parse("again", sizes.toString())).isEqualTo(sizes);
        assertThat(StructSizes.parse("none", "").asMap()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alt_instr",
                "alt_instr=",
                "alt_instr=0",
                "alt_instr=-1",
                "alt_instr=1x",
                "alt_inst=12",
                "alt_instr=12,,bug_entry=12",
                "alt_instr=12,alt_instr=13",
                "alt_instr=12=13",
                "alt_instr=99999999999"
            })
    void refusesWhatIsNoSuchLine(String line) {
        assertThatThrownBy(() -> StructSizes.parse("structSizes", line)).hasMessageStartingWith("KP106 structSizes: ");
    }

    @Test
    void rejectsSizesBelowOne() {
        assertThatThrownBy(() -> StructSizes.of(Map.of("alt_instr", 0))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void prefersBtfAndCanBeForced() {
        Path file = NativeTools.compile(folder, "both", "struct alt_instr { int a[3]; } x;\n", "-g");
        NativeTools.run(folder, "pahole", "-J", "both.o");
        List<String> wanted = List.of("alt_instr", "bug_entry");
        StructSizes expected = StructSizes.of(Map.of("alt_instr", 12));
        for (StructSizes.Origin origin : StructSizes.Origin.values()) {
            assertThat(StructSizes.read(open(file), wanted, origin)).isEqualTo(expected);
        }
        NativeTools.run(folder, "objcopy", "--strip-debug", "both.o", "btf.o");
        assertThat(StructSizes.read(open(folder.resolve("btf.o")), wanted)).isEqualTo(expected);
        NativeTools.run(folder, "objcopy", "--remove-section=.BTF", "both.o", "dwarf.o");
        assertThat(StructSizes.read(open(folder.resolve("dwarf.o")), wanted)).isEqualTo(expected);
    }

    @Test
    void saysWhenThereIsNeither() {
        Path file = NativeTools.compile(folder, "bare", "struct alt_instr { int a[3]; } x;\n", "-g0");
        assertThatThrownBy(() -> StructSizes.read(open(file), StructSizes.KNOWN))
                .hasMessageStartingWith("KP212 bare.o: It holds no DWARF");
        Path other = NativeTools.compile(folder, "other", "struct other { int a[3]; } x;\n", "-g");
        assertThatThrownBy(() -> StructSizes.read(open(other), StructSizes.KNOWN))
                .hasMessageStartingWith("KP212 other.o: Its DWARF type information has none of the structures");
    }
}
