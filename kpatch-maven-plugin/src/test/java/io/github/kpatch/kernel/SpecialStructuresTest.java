package io.github.kpatch.kernel;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpecialStructuresTest {
    private static final KernelConfig CONFIG = KernelConfig.parse(".config", """
            CONFIG_GENERIC_BUG=y
            CONFIG_JUMP_LABEL=y
            CONFIG_UNWINDER_ORC=y
            CONFIG_PARAVIRT=y
            # CONFIG_PRINTK_INDEX is not set
            CONFIG_HAVE_STATIC_CALL_INLINE=y
            """.getBytes(US_ASCII));

    @Test
    void followsConfigAndRelease() {
        assertThat(SpecialStructures.of(CONFIG, new KernelRelease("6.1.0-56-amd64")))
                .containsExactly(
                        "alt_instr",
                        "bug_entry",
                        "exception_table_entry",
                        "jump_entry",
                        "orc_entry",
                        "paravirt_patch_site",
                        "static_call_site");
        assertThat(SpecialStructures.of(CONFIG, new KernelRelease("6.8.1"))).doesNotContain("paravirt_patch_site");
    }
}
