package io.github.kpatch.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class KernelConfigTest {
    private static final KernelConfig CONFIG = parse("""
            #
            # Automatically generated file; DO NOT EDIT.
            #
            CONFIG_LIVEPATCH=y
            CONFIG_XFS_FS=m
            # CONFIG_LTO is not set
            CONFIG_CC_VERSION_TEXT="gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0"
            CONFIG_QUOTED="a \\"b\\" \\\\ c"
            CONFIG_EMPTY=""
            CONFIG_HZ=250
            CONFIG_PHYSICAL_START=0x1000000
            """);

    private static KernelConfig parse(String text) {
        return KernelConfig.parse(".config", text.getBytes(UTF_8));
    }

    @Test
    void takesNamesWithAndWithoutPrefix() {
        assertThat(CONFIG.isEnabled("LIVEPATCH")).isTrue();
        assertThat(CONFIG.isEnabled("CONFIG_LIVEPATCH")).isTrue();
        assertThat(CONFIG.isEnabled("XFS_FS")).isTrue();
        assertThat(CONFIG.isEnabled("LTO")).isFalse();
        assertThat(CONFIG.isEnabled("UNHEARD_OF")).isFalse();
        assertThat(CONFIG.isEnabled("HZ")).isFalse();
    }

    @Test
    void givesValuesAsText() {
        assertThat(CONFIG.text("CC_VERSION_TEXT")).contains("gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0");
        assertThat(CONFIG.text("QUOTED")).contains("a \"b\" \\ c");
        assertThat(CONFIG.text("EMPTY")).contains("");
        assertThat(CONFIG.text("HZ")).contains("250");
        assertThat(CONFIG.text("PHYSICAL_START")).contains("0x1000000");
        assertThat(CONFIG.text("LTO")).isEmpty();
    }

    @Test
    void namesEveryDifferenceSorted() {
        KernelConfig other = parse("""
                CONFIG_XFS_FS=y
                CONFIG_LIVEPATCH=y
                CONFIG_LTO=n
                CONFIG_BTF=y
                CONFIG_QUOTED="a \\"b\\" \\\\ c"
                CONFIG_CC_VERSION_TEXT="gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0"
                CONFIG_HZ=250
                CONFIG_PHYSICAL_START=0x1000000
                """);
        assertThat(CONFIG.differencesTo(other))
                .containsExactly(
                        new KernelConfig.Difference("CONFIG_BTF", Optional.empty(), Optional.of("y")),
                        new KernelConfig.Difference("CONFIG_EMPTY", Optional.of("\"\""), Optional.empty()),
                        new KernelConfig.Difference("CONFIG_XFS_FS", Optional.of("m"), Optional.of("y")));
        assertThat(CONFIG.differencesTo(CONFIG)).isEmpty();
        assertThat(CONFIG.differencesTo(other).get(0)).hasToString("CONFIG_BTF: not set here, y there");
    }

    @Test
    void refusesWhatIsNoConfig() {
        assertThatThrownBy(() -> parse("CONFIG_A=y\nCONFIG_B\n")).hasMessageStartingWith("KP217 .config, line 2");
        assertThatThrownBy(() -> parse("CONFIG_A=\"half\n")).hasMessageStartingWith("KP217 .config, line 1");
        assertThatThrownBy(() -> parse("")).hasMessageStartingWith("KP217 .config: It holds no option.");
        assertThatThrownBy(() -> parse("# nothing\n")).hasMessageStartingWith("KP217");
    }
}
