package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DelayedObjtoolTest {
    /** kbuild's rules as they matter here, in the order of 6.12. */
    private static final String RULES = """
            objtool-args-$(CONFIG_HAVE_NOINSTR_HACK)\t\t+= --hacks=noinstr
            objtool-args-$(CONFIG_X86_KERNEL_IBT)\t\t\t+= --ibt
            objtool-args-$(CONFIG_UNWINDER_ORC)\t\t\t+= --orc
            objtool-args = $(objtool-args-y)\t\t\t\t\t\\
            \t$(if $(delay-objtool), --link)\t\t\t\t\t\\
            \t$(if $(part-of-module), --module)
            delay-objtool := $(or $(CONFIG_LTO_CLANG),$(CONFIG_X86_KERNEL_IBT))
            cmd_objtool = $(if $(objtool-enabled), ; $(objtool) $(objtool-args) $@)
            """;

    private static final KernelConfig IBT = config("CONFIG_X86_KERNEL_IBT=y\n");

    @TempDir
    Path tree;

    private static KernelConfig config(String text) {
        return KernelConfig.parse("config", text.getBytes(StandardCharsets.US_ASCII));
    }

    private void rules(String text) throws IOException {
        Files.createDirectories(tree.resolve("scripts"));
        Files.writeString(tree.resolve("scripts/Makefile.lib"), text);
    }

    /** make itself says what the variables do to these rules. */
    @Test
    void makeRunsObjtoolOnEachObjectWithoutSealing() throws IOException {
        rules(
                "CONFIG_X86_KERNEL_IBT := y\nCONFIG_UNWINDER_ORC := y\nCONFIG_HAVE_NOINSTR_HACK := y\npart-of-module := y\n"
                        + RULES + "all:\n\t@echo '[$(delay-objtool)] $(objtool-args)'\n");
        List<String> command = new ArrayList<>(List.of("make", "-s", "-f", "scripts/Makefile.lib", "all"));
        assertThat(NativeTools.run(tree, command.toArray(String[]::new)).out())
                .contains("[y]")
                .contains("--ibt")
                .contains("--link");
        command.addAll(DelayedObjtool.variables(IBT));
        assertThat(NativeTools.run(tree, command.toArray(String[]::new))
                        .out()
                        .strip()
                        .replaceAll(" +", " "))
                .isEqualTo("[] --hacks=noinstr --orc --module");
    }

    /** The rules of 7.3, in a kernel that does not track indirect branches. */
    @Test
    void soItDoesWhereTheKernelsOwnToolForLivePatchesDelaysIt() throws IOException {
        rules("CONFIG_KLP_BUILD := y\nCONFIG_UNWINDER_ORC := y\n"
                + RULES.replace("$(CONFIG_X86_KERNEL_IBT))", "$(CONFIG_X86_KERNEL_IBT),$(CONFIG_KLP_BUILD))")
                + "all:\n\t@echo '[$(delay-objtool)] $(objtool-args)'\n");
        List<String> command = new ArrayList<>(List.of("make", "-s", "-f", "scripts/Makefile.lib", "all"));
        assertThat(NativeTools.run(tree, command.toArray(String[]::new)).out())
                .contains("[y]")
                .contains("--link");
        command.addAll(DelayedObjtool.variables(config("CONFIG_KLP_BUILD=y\n")));
        assertThat(NativeTools.run(tree, command.toArray(String[]::new)).out().strip())
                .isEqualTo("[] --orc");
    }

    @Test
    void otherKernelsAreToldNothing() {
        assertThat(DelayedObjtool.variables(config("CONFIG_UNWINDER_ORC=y\n"))).isEmpty();
        assertThatCode(() -> DelayedObjtool.check(tree, config("CONFIG_UNWINDER_ORC=y\n")))
                .doesNotThrowAnyException();
    }

    @Test
    void knownRulesPass() throws IOException {
        rules(RULES);
        assertThatCode(() -> DelayedObjtool.check(tree, IBT)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delay-objtool := ",
                "objtool-args = ",
                "objtool-args-$(CONFIG_X86_KERNEL_IBT)",
                "$(objtool-args) $@",
                "$(if $(delay-objtool), --link)"
            })
    void rulesUnderOtherNamesAreRefused(String known) throws IOException {
        rules(RULES.replace(known, known.replace("objtool", "objekt")));
        assertThatThrownBy(() -> DelayedObjtool.check(tree, IBT))
                .hasMessageContaining("KP223")
                .hasMessageContaining("scripts/Makefile.lib");
    }

    @Test
    void aTreeWithoutTheFileIsRefused() {
        assertThatThrownBy(() -> DelayedObjtool.check(tree, IBT)).hasMessageContaining("KP223");
    }
}
