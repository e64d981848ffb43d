package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.kernel.KernelConfig;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigRulesTest {
    private static final String GOOD = """
            CONFIG_X86_64=y
            CONFIG_LIVEPATCH=y
            CONFIG_MODULES=y
            CONFIG_KALLSYMS_ALL=y
            CONFIG_DYNAMIC_FTRACE_WITH_REGS=y
            CONFIG_HAVE_RELIABLE_STACKTRACE=y
            """;

    private static KernelConfig config(String text) {
        return KernelConfig.parse("test", text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aKernelWithAllThatIsNeededPasses() {
        assertThatCode(() -> ConfigRules.checkPreconditions("config", config(GOOD)))
                .doesNotThrowAnyException();
    }

    @Test
    void aKernelWithPaddingAndBranchTargetsPasses() {
        String text = GOOD + "CONFIG_X86_KERNEL_IBT=y\nCONFIG_CALL_PADDING=y\nCONFIG_PREFIX_SYMBOLS=y\n";
        assertThatCode(() -> ConfigRules.checkPreconditions("config", config(text)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CONFIG_UNWINDER_ORC=y",
                "CONFIG_MODVERSIONS=y",
                "CONFIG_EXTENDED_MODVERSIONS=y\nCONFIG_BASIC_MODVERSIONS=y",
                "CONFIG_MITIGATION_CALL_DEPTH_TRACKING=y",
                "CONFIG_PREEMPT_RT=y",
                "CONFIG_RUST=y"
            })
    void whatKernelsHaveBesidesIsNoHindrance(String options) {
        assertThatCode(() -> ConfigRules.checkPreconditions("config", config(GOOD + options + "\n")))
                .doesNotThrowAnyException();
    }

    @Test
    void framePointersAreReliableOnlyIfTheStackIsValidated() {
        String without = GOOD.replace("CONFIG_HAVE_RELIABLE_STACKTRACE=y\n", "");
        String pointers = without + "CONFIG_UNWINDER_FRAME_POINTER=y\n";
        assertThatCode(() -> ConfigRules.checkPreconditions("config", config(pointers + "CONFIG_STACK_VALIDATION=y\n")))
                .doesNotThrowAnyException();
        for (String text : new String[] {pointers, without + "CONFIG_STACK_VALIDATION=y\n"}) {
            assertThatThrownBy(() -> ConfigRules.checkPreconditions("config", config(text)))
                    .hasMessageContaining("KP202")
                    .hasMessageContaining("CONFIG_STACK_VALIDATION with CONFIG_UNWINDER_FRAME_POINTER");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"LIVEPATCH", "MODULES", "KALLSYMS_ALL", "DYNAMIC_FTRACE_WITH_REGS", "HAVE_RELIABLE_STACKTRACE"})
    void whatIsMissingIsNamed(String option) {
        String without = GOOD.replace("CONFIG_" + option + "=y\n", "");

        assertThatThrownBy(() -> ConfigRules.checkPreconditions("config", config(without)))
                .hasMessageContaining("KP202")
                .hasMessageContaining(option);
    }

    @ParameterizedTest
    @CsvSource({
        "LTO_CLANG, CONFIG_LTO_NONE",
        "LTO_GCC, no link-time optimization",
        "CFI_CLANG, no control-flow integrity",
        "CFI, no control-flow integrity",
        "GENDWARFKSYMS, CONFIG_GENKSYMS",
        "EXTENDED_MODVERSIONS, CONFIG_BASIC_MODVERSIONS",
        "DEBUG_INFO_SPLIT, debug information in vmlinux",
        "RANDSTRUCT, CONFIG_RANDSTRUCT_NONE",
        "GCC_PLUGIN_RANDSTRUCT, CONFIG_RANDSTRUCT_NONE",
        "GCC_PLUGIN_LATENT_ENTROPY, no latent entropy plugin",
        "CC_IS_CLANG, GCC"
    })
    void whatIsNotSupportedIsNamedWithWhatWouldHaveToChange(String option, String instead) {
        assertThatThrownBy(() -> ConfigRules.checkPreconditions("config", config(GOOD + "CONFIG_" + option + "=y\n")))
                .hasMessageContaining("KP203")
                .hasMessageContaining("CONFIG_" + option + " is set")
                .hasMessageContaining("would have to be built with " + instead);
    }

    @Test
    void everythingIsSaidAtOnce() {
        assertThatThrownBy(() -> ConfigRules.checkPreconditions("config", config("CONFIG_RANDSTRUCT=y\n")))
                .satisfies(thrown -> assertThat(thrown.getMessage().lines().filter(line -> line.startsWith("KP20")))
                        .hasSize(7));
    }

    @ParameterizedTest
    @CsvSource({
        "CONFIG_DEBUG_INFO_BTF_MODULES=y, pahole",
        "CONFIG_CC_HAS_ASM_GOTO=y, compiler",
        "CONFIG_AS_TPAUSE=y, binutils",
        "CONFIG_RUST_IS_AVAILABLE=y, Rust",
        "CONFIG_EXT4_FS=m, source"
    })
    void aDroppedOptionIsRefusedWithItsLikelyCause(String line, String cause) {
        assertThatThrownBy(() -> ConfigRules.checkUnchanged(config(GOOD + line + "\n"), config(GOOD)))
                .hasMessageContaining("KP204 " + line.substring(0, line.indexOf('=')))
                .hasMessageContaining("likely")
                .hasMessageContaining(cause);
    }

    @Test
    void keysSaltsAndVersionsOfToolsMayDiffer() {
        String builder = GOOD + """
                CONFIG_BUILD_SALT="6.1.0-56-amd64"
                CONFIG_MODULE_SIG_ALL=y
                CONFIG_SYSTEM_TRUSTED_KEYS="a.pem"
                CONFIG_LD_VERSION=24000
                """;
        assertThatCode(() -> ConfigRules.checkUnchanged(config(builder), config(GOOD + "CONFIG_LD_VERSION=24100\n")))
                .doesNotThrowAnyException();
    }
}
