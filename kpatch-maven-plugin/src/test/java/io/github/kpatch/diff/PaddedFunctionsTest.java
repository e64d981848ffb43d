package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.testing.KernelFlags;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Functions of kernels since 6.2: padding before each, {@code endbr64} first in those that are reached by pointer. objtool,
 * which names the padding, is played by assembler.
 */
class PaddedFunctionsTest {
    private static final String SOURCE = """
            int h(int);
            static __attribute__((noinline)) int s(int x) { return h(x) * 5 + 3; }
            int f(int x) { return s(x) + 1; }
            int g(int x) { return s(x) + 4; }
            """;

    private static Scenario padded(String original, String patched) {
        return Scenario.of(original, patched).flags(KernelFlags.PADDING.toArray(String[]::new));
    }

    @Test
    void callSiteBehindTheBranchTarget() {
        Output output = padded(SOURCE, SOURCE.replace("+ 1", "+ 2")).changed();
        output.changes("f");
        assertThat(output.symbol("f").orElseThrow().value()).isEqualTo(16);
        assertThat(output.relocations("__mcount_loc")).containsExactly("f+4 at 0");
        assertThat(output.relocations(".text.f")).contains("__fentry__-4 at 21");
        assertThat(output.hasSection("__patchable_function_entries")).isFalse();
    }

    @Test
    void callSiteFirstWhereNobodyTakesTheAddress() {
        Output output = padded(SOURCE, SOURCE.replace("+ 3", "+ 7")).changed();
        output.changes("s");
        assertThat(output.relocations("__mcount_loc")).containsExactly("s+0 at 0");
        assertThat(output.relocations(".text.s")).contains("__fentry__-4 at 17");
    }

    @Test
    void paddingAloneIsNoChange() {
        padded(SOURCE, SOURCE).assertUnchanged();
    }

    private static final String ALIASES = """
            	.file	"unit.c"
            	.section .text.f,"ax",@progbits
            	.p2align 4
            	.type __pfx_f, @function
            	.size __pfx_f, 16
            	.type __pfx_init_module, @function
            	.size __pfx_init_module, 16
            	.globl __pfx_init_module
            __pfx_f:
            __pfx_init_module:
            	.fill 16, 1, 0x90
            	.type f, @function
            	.globl init_module
            	.type init_module, @function
            f:
            init_module:
            	endbr64
            	call __fentry__
            	movl $1, %eax
            	ret
            	.size f, .-f
            	.size init_module, .-init_module
            """;

    @Test
    void everyAliasMayNameThePadding() {
        Output output =
                Scenario.ofAssembler(ALIASES, ALIASES.replace("$1", "$2")).changed();
        output.changes("f");
        assertThat(output.defines("__pfx_f")).isTrue();
        assertThat(output.klp()).isEmpty();
        assertThat(output.relocations("__mcount_loc")).containsExactly("f+4 at 0");
    }

    @Test
    void namesOfPaddingStandBehindTheLastFileOfTheKernel() {
        Output output = Scenario.ofAssembler(ALIASES, ALIASES.replace("$1", "$2"))
                .editTable(table -> table.lines()
                        .filter(line -> !line.contains("__pfx_"))
                        .collect(Collectors.joining("\n", "", "\n")))
                .changed();
        output.changes("f");
    }

    @Test
    void namesOfPaddingOfOtherFilesDoNotCount() {
        Scenario.of(SOURCE, SOURCE.replace("+ 1", "+ 2"))
                .entry("ffffffff81009000 16 FUNC LOCAL __pfx_elsewhere")
                .changed()
                .changes("f");
    }
}
