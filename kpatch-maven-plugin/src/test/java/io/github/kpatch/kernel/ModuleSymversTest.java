package io.github.kpatch.kernel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.kernel.ModuleSymvers.Export;
import io.github.kpatch.testing.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleSymversTest {
    private static final String RECENT = """
            0x4c9d28b0	phys_base	vmlinux	EXPORT_SYMBOL\t
            0xdeadbeef	vmlinux_like	drivers/net/ab-cd	EXPORT_SYMBOL_GPL	NET_PRIVATE
            """;

    private static ModuleSymvers parse(String text) {
        return ModuleSymvers.parse("Module.symvers", text.getBytes(ISO_8859_1));
    }

    @Test
    void readsTheLayoutWithTheNamespaceLast() {
        assertThat(parse(RECENT).exports())
                .containsExactly(
                        new Export("phys_base", "vmlinux", 0x4c9d28b0, "", "EXPORT_SYMBOL"),
                        new Export("vmlinux_like", "ab_cd", 0xdeadbeef, "NET_PRIVATE", "EXPORT_SYMBOL_GPL"));
    }

    @Test
    void readsTheLayoutWithTheNamespaceThird() {
        assertThat(parse("""
                0x00000001	first		vmlinux	EXPORT_SYMBOL
                0x00000002	second	USB	drivers/usb/storage/usb-storage	EXPORT_SYMBOL_GPL
                """).exports())
                .containsExactly(
                        new Export("first", "vmlinux", 1, "", "EXPORT_SYMBOL"),
                        new Export("second", "usb_storage", 2, "USB", "EXPORT_SYMBOL_GPL"));
    }

    @Test
    void readsTheLayoutWithoutNamespaces() {
        assertThat(parse("0x00000001\tfirst\tvmlinux\tEXPORT_SYMBOL\n").exports())
                .containsExactly(new Export("first", "vmlinux", 1, "", "EXPORT_SYMBOL"));
    }

    @Test
    void isNotMisledByAModulesSymbolThatBeginsLikeTheKernel() {
        String moduleFirst =
                RECENT.lines().sorted(java.util.Comparator.reverseOrder()).reduce("", (a, b) -> a + b + "\n");
        assertThat(parse(moduleFirst).exportsNamed("vmlinux_like"))
                .singleElement()
                .satisfies(export -> assertThat(export.owner()).isEqualTo("ab_cd"));
    }

    @Test
    void findsExportsByName() {
        ModuleSymvers symvers = parse(RECENT + "0x00000001\tphys_base\tother\tEXPORT_SYMBOL\t\n");
        assertThat(symvers.exportsNamed("phys_base")).extracting(Export::owner).containsExactly("vmlinux", "other");
        assertThat(symvers.exportsNamed("nothing")).isEmpty();
        assertThat(ModuleSymvers.NONE.exportsNamed("phys_base")).isEmpty();
    }

    @Test
    @Row("69")
    void takesAnEmptyFileAsNoExports() {
        assertThat(parse("").exports()).isEmpty();
    }

    @Test
    void noticesWhereverAFileIsCutWithinALine() {
        for (int length = 1; length < RECENT.length(); length++) {
            String cut = RECENT.substring(0, length);
            if (!cut.endsWith("\n")) {
                assertThatThrownBy(() -> parse(cut))
                        .hasMessageStartingWith("KP214")
                        .hasMessageContaining("middle");
            }
        }
    }

    @Test
    @Row("69")
    void refusesAListWithoutTheKernelItself() {
        assertThatThrownBy(() -> parse("0x00000001\tfirst\tsome/module\tEXPORT_SYMBOL\t\n"))
                .hasMessageStartingWith("KP214 Module.symvers");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n",
                "0x00000001\tfirst\tvmlinux\n",
                "0x00000001\tfirst\tvmlinux\tEXP\n",
                "0xZ\tfirst\tvmlinux\tEXPORT_SYMBOL\n",
                "0x00000001\t\tvmlinux\tEXPORT_SYMBOL\n",
                "0x00000001 first vmlinux EXPORT_SYMBOL\n",
                "0x00000001\tfirst\tvmlinux\tEXPORT_SYMBOL\nnonsense\n"
            })
    void refusesWhatIsNoCompleteListOfExports(String text) {
        assertThatThrownBy(() -> parse(text)).hasMessageStartingWith("KP214 Module.symvers");
    }
}
