package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Differences of machine code that a person can read, from code that a compiler made. */
class DisassembleChangesTest {
    private static final String SOURCE = """
            int printk(const char *text);
            int steps(int a)
            {
            	FIRST
            	if (a > 3)
            		printk("big");
            	while (a-- > 0)
            		if (printk("step") LAST)
            			return 1;
            	return a;
            }
            int other(int a) { return a * 3; }
            """;

    @TempDir
    private Path folder;

    private Map<String, List<String>> functions(String first, String last) throws IOException {
        Path object = NativeTools.compile(
                Files.createDirectories(folder.resolve("work")),
                "code",
                SOURCE.replace("FIRST", first).replace("LAST", last),
                "-O2",
                "-fno-pic");
        return DisassembleChanges.functions(
                NativeTools.run(folder, "objdump", "--disassemble", "--reloc", "--no-show-raw-insn", object.toString())
                        .out()
                        .lines()
                        .toList());
    }

    private static List<String> changed(String difference) {
        return difference
                .lines()
                .filter(line -> line.matches("[+-].*") && !line.startsWith("---") && !line.startsWith("+++"))
                .toList();
    }

    @Test
    void whatMovedIsNotShown() throws IOException {
        String difference =
                DisassembleChanges.difference(List.of("steps"), functions("", "== 5"), functions("a += 77;", "== 5"));

        assertThat(difference).startsWith("--- a/steps\n+++ b/steps\n").contains("0x4d");
        assertThat(changed(difference)).hasSizeBetween(1, 8);
    }

    @Test
    void aChangeOfNothingButPlacesIsShownAll() {
        Map<String, List<String>> before = DisassembleChanges.functions(
                List.of("0000000000000000 <f>:", "   0:\tje     5 <f+0x5>", "   2:\tnop", "   5:\tret"));
        Map<String, List<String>> after = DisassembleChanges.functions(
                List.of("0000000000000000 <f>:", "   0:\tje     2 <f+0x2>", "   2:\tnop", "   5:\tret"));

        assertThat(changed(DisassembleChanges.difference(List.of("f"), before, after)))
                .containsExactly("-   0:\tje     5 <f+0x5>", "+   0:\tje     2 <f+0x2>");
    }

    @Test
    void partsAndOtherVariantsBelongToTheirFunction() {
        Map<String, List<String>> before = DisassembleChanges.functions(List.of(
                "0000000000000000 <f.isra.0>:", "   0:\tret", "0000000000000000 <f.isra.0.cold>:", "   0:\tud2"));
        Map<String, List<String>> after = DisassembleChanges.functions(List.of(
                "0000000000000000 <f.isra.1>:", "   0:\tret", "0000000000000000 <f.isra.1.cold>:", "   0:\tnop"));

        assertThat(changed(DisassembleChanges.difference(List.of("f.isra.0"), before, after)))
                .containsExactly("-   0:\tud2", "+   0:\tnop");
    }
}
