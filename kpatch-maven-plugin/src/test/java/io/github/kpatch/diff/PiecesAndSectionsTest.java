package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.testing.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cold and partial pieces of functions, functions that move, padding, and calls that ftrace can redirect. */
class PiecesAndSectionsTest {
    private static final String COLD = """
            __attribute__((cold)) void warn(int);
            int f(int x) { if (x > 4) { warn(x + 1); return -1; } return x; }
            """;

    @Test
    @Row("42")
    void onlyColdPieceChanged() {
        Output output = Scenario.of(COLD, COLD.replace("x + 1", "x + 2")).changed();
        output.changes("f");
        assertThat(output.defines("f")).isTrue();
        assertThat(output.defines("f.cold")).isTrue();
        assertThat(output.callSites()).isEqualTo(1);
    }

    @Test
    void unchangedColdPieceGoesAlong() {
        String source = """
                __attribute__((cold)) void warn(int);
                int g(int);
                int f(int x) { if (x > 4) warn(x); return g(x) + 1; }
                """;
        Output output = Scenario.of(source, source.replace("+ 1", "+ 2")).changed();
        output.changes("f");
        assertThat(output.defines("f.cold")).isTrue();
        assertThat(output.klp()).noneMatch(entry -> entry.contains("f.cold"));
    }

    @Test
    void onlyReferenceOfColdPieceChanged() {
        String source = """
                __attribute__((cold)) void warn(int);
                __attribute__((cold)) void warm(int);
                int f(int x) { if (x > 4) { warn(x + 1); return -1; } return x; }
                """;
        Scenario.of(source, source.replace("{ warn", "{ warm")).changed().changes("f");
    }

    private static final String PARTIAL = """
            int sink(int);
            static int f(int *p) {
                if (!p) return 0;
                int total = 0;
                for (int i = 0; i < *p; i++) { total += sink(i) * 3 + CONSTANT; total ^= sink(total); total -= sink(i + 7); }
                return total;
            }
            int a(int *p) { return f(p) + 1; }
            int b(int *p) { return f(p) + 2; }
            int c(int *p) { return f(p) + 3; }
            """;

    @Test
    @Row("43")
    void onlyHookedPartialPieceChanged() {
        Output output = Scenario.of(PARTIAL.replace("CONSTANT", "5"), PARTIAL.replace("CONSTANT", "6"))
                .flags("-fpartial-inlining", "--param", "max-inline-insns-auto=4")
                .changed();
        output.changes("f.part.0");
        assertThat(output.callSites()).isEqualTo(1);
    }

    @Test
    @Row("44")
    void coldPieceWithoutItsFunction() {
        Scenario.of(COLD, COLD)
                .editOriginal(NamesAndLocalsTest.renaming("f.cold", "lost.cold"))
                .assertError(ProblemCode.OBJECT_INVALID);
    }

    private static final String PLACED = """
            int g(int);
            ATTRIBUTE int f(int x) { return g(x) + 1; }
            """;

    @Test
    @Row("45")
    void functionBecomesUnlikely() {
        Output output = Scenario.of(
                        PLACED.replace("ATTRIBUTE", ""), PLACED.replace("ATTRIBUTE", "__attribute__((cold))"))
                .changed();
        output.changes("f");
        assertThat(output.hasSection(".text.unlikely.f")).isTrue();
    }

    @Test
    @Row("46")
    void functionBecomesInitCode() {
        Scenario.of(
                        PLACED.replace("ATTRIBUTE", ""),
                        PLACED.replace("ATTRIBUTE", "__attribute__((section(\".init.text\")))"))
                .assertRejected(ProblemCode.SYMBOL_CHANGED);
    }

    @Test
    @Row("47")
    void initCodeChanged() {
        String source = PLACED.replace("ATTRIBUTE", "__attribute__((section(\".init.text\")))");
        Scenario.of(source, source.replace("+ 1", "+ 2")).assertRejected(ProblemCode.SECTION_CHANGED);
    }

    @Test
    void unlikelyFunctionBecomesInitCode() {
        Scenario.of(
                        PLACED.replace("ATTRIBUTE", "__attribute__((cold))"),
                        PLACED.replace("ATTRIBUTE", "__attribute__((section(\".init.text\")))"))
                .assertRejected(ProblemCode.SYMBOL_CHANGED);
        Scenario.of(
                        PLACED.replace("ATTRIBUTE", "__attribute__((section(\".init.text\")))"),
                        PLACED.replace("ATTRIBUTE", "__attribute__((cold))"))
                .assertRejected(ProblemCode.SYMBOL_CHANGED);
    }

    private static final String SHARED = """
            int g(int);
            __attribute__((section(".shared.text"), noinline)) int old(int x) { return g(x) + 3; }
            int f(int x) { return g(x) + 1; }
            """;
    private static final String SHARED_AND_NEW = """
            int g(int);
            __attribute__((section(".shared.text"), noinline)) int old(int x) { return g(x) + 3; }
            static __attribute__((section(".shared.text"), noinline)) int fresh(int x) { return g(x) * 5; }
            int f(int x) { return fresh(x) + 1; }
            """;

    @Test
    void newFunctionInASectionOfSeveral() {
        Output output = Scenario.of(SHARED, SHARED_AND_NEW).changed();
        output.changes("f").adds("fresh");
        assertThat(output.relocations(".text.f")).anyMatch(entry -> entry.startsWith("fresh-4 at"));
    }

    @Test
    void existingFunctionChangesBesideANewOne() {
        assertThat(Scenario.of(SHARED, SHARED_AND_NEW.replace("+ 3", "+ 4"))
                        .assertRejected(ProblemCode.SECTION_CHANGED)
                        .get(0)
                        .where())
                .contains(".shared.text");
        assertThat(Scenario.of(SHARED, SHARED_AND_NEW.replace("return g(x) + 3", "return f(x) + 3"))
                        .assertRejected(ProblemCode.SECTION_CHANGED))
                .hasSize(1);
    }

    @Test
    @Row("48")
    void untraceableFunctionChanged() {
        String source = PLACED.replace("ATTRIBUTE", "__attribute__((no_instrument_function))");
        assertThat(Scenario.of(source, source.replace("+ 1", "+ 2"))
                        .assertRejected(ProblemCode.FUNCTION_NOT_TRACEABLE)
                        .get(0)
                        .where())
                .contains("symbol f");
    }

    @Test
    void whoCallsAnUntraceableFunctionIsNamed() {
        String source = """
                int h(int);
                static __attribute__((no_instrument_function, noinline)) int inner(int x) { return h(x) * 3 + 1; }
                int f(int x) { return inner(x) + 4; }
                int g(int x) { return inner(x) + 5; }
                """;
        String patched = source.replace("+ 1", "+ 2");
        assertThat(Scenario.of(source, patched)
                        .assertRejected(ProblemCode.FUNCTION_NOT_TRACEABLE)
                        .get(0)
                        .cure())
                .endsWith("let what calls inner call inner_patched: f, g.");

        // A pointer to it can lead anywhere.
        String pointer = "int (*const pointer)(int) = inner;\n";
        assertThat(Scenario.of(source + pointer, patched + pointer)
                        .assertRejected(ProblemCode.FUNCTION_NOT_TRACEABLE)
                        .get(0)
                        .cure())
                .isEqualTo(ProblemCode.FUNCTION_NOT_TRACEABLE.cure());
    }

    @Test
    void systemCallsHaveACureOfTheirOwn() {
        String source = PLACED.replace("ATTRIBUTE", "__attribute__((no_instrument_function))")
                .replaceAll("\\bf\\(", "__do_sys_timerfd_create(");
        assertThat(Scenario.of(source, source.replace("+ 1", "+ 2"))
                        .assertRejected(ProblemCode.FUNCTION_NOT_TRACEABLE)
                        .get(0)
                        .cure())
                .contains("KPATCH_SYSCALL_DEFINE1");
    }

    @Test
    @Row("49")
    void functionBecomesUntraceable() {
        Output output = Scenario.of(
                        PLACED.replace("ATTRIBUTE", ""),
                        PLACED.replace("ATTRIBUTE", "__attribute__((no_instrument_function))"))
                .changed();
        output.changes("f");
        assertThat(output.callSites()).isZero();
    }

    private static String padded(String prefixes, String body) {
        return """
                	.file	"unit.c"
                	.section .text.f,"ax",@progbits
                	.p2align 4
                %s
                	.fill 16, 1, 0x90
                	.globl f
                	.type f, @function
                f:
                	call __fentry__
                	movl $%s, %%eax
                	movq $f, %%rdi
                	call g
                	ret
                	.size f, .-f
                """.formatted(prefixes, body);
    }

    private static final String PREFIX = """
                .type __pfx_f, @function
            	.size __pfx_f, 16
            __pfx_f:
            """;

    @Test
    @Row("50")
    void paddedFunction() {
        Output output =
                Scenario.ofAssembler(padded(PREFIX, "1"), padded(PREFIX, "2")).changed();
        output.changes("f");
        assertThat(output.defines("__pfx_f")).isTrue();
        assertThat(output.relocations("__mcount_loc")).containsExactly("f+0 at 0");
    }

    @Test
    @Row("72")
    void addressOfPaddedFunctionIsThatOfTheOriginal() {
        assertThat(Scenario.ofAssembler(padded(PREFIX, "1"), padded(PREFIX, "2"))
                        .changed()
                        .klp())
                .containsExactly(".text.f: vmlinux.f,0");
    }

    @Test
    @Row("51")
    void paddingWithoutPrefixSymbol() {
        Output output = Scenario.ofAssembler(padded("", "1"), padded("", "2")).changed();
        output.changes("f");
        assertThat(output.relocations("__mcount_loc")).containsExactly("f+0 at 0");
    }

    @Test
    @Row("51")
    void otherBytesThanPadding() {
        Scenario.ofAssembler(
                        padded("", "1").replace("0x90", "0xcc"), padded("", "2").replace("0x90", "0xcc"))
                .assertError(ProblemCode.OBJECT_INVALID);
    }

    @Test
    @Row("53")
    void paddedFunctionBecomesUnlikely() {
        Output output = Scenario.ofAssembler(
                        padded(PREFIX, "1"), padded(PREFIX, "1").replace(".text.f", ".text.unlikely.f"))
                .changed();
        output.changes("f");
    }

    @Test
    void prefixSymbolWithoutFunction() {
        Scenario.ofAssembler(padded(PREFIX, "1"), padded(PREFIX.replace("16", "8"), "1"))
                .assertError(ProblemCode.OBJECT_INVALID);
    }

    private static final String ALIASES = """
            int g(int);
            ATTRIBUTE int f(int x) { return g(x) + 1; }
            int second(int) __attribute__((alias("f")));
            """;

    @Test
    @Row({"52", "53"})
    void aliasesAreListedOnce() {
        String source = ALIASES.replace("ATTRIBUTE", "");
        Scenario.of(source, source.replace("+ 1", "+ 2")).changed().changes("f").adds();
        Scenario.of(source, ALIASES.replace("ATTRIBUTE", "__attribute__((cold))"))
                .changed()
                .changes("f")
                .adds();
        String called = source + "int caller(int x) { return second(x) + 5; }\n";
        Scenario.of(called, called.replace("+ 5", "+ 6"))
                .changed()
                .changes("caller")
                .adds();
    }

    private static String grouped(int value, int caller) {
        return """
                	.file	"unit.c"
                	.section .text.member,"axG",@progbits,member,comdat
                	.weak member
                	.type member, @function
                member:
                	call __fentry__
                	movl $%d, %%eax
                	ret
                	.size member, .-member
                	.section .text.f,"ax",@progbits
                	.globl f
                	.type f, @function
                f:
                	call __fentry__
                	call member
                	movl $%d, %%eax
                	ret
                	.size f, .-f
                """.formatted(value, caller);
    }

    @Test
    @Row("53a")
    void callerOfGroupMemberChanged() {
        Output output = Scenario.ofAssembler(grouped(1, 1), grouped(1, 2)).changed();
        output.changes("f");
        assertThat(output.refersTo("member") || output.klp().contains(".text.f: vmlinux.member,0"))
                .isTrue();
    }

    @Test
    @Row("54")
    void groupMemberChanged() {
        Scenario.ofAssembler(grouped(1, 1), grouped(2, 1)).assertRejected(ProblemCode.GROUP_CHANGED);
    }

    @Test
    @Row("54")
    void groupGetsAnotherMember() {
        String more = """
                	.section .rodata.more,"aG",@progbits,member,comdat
                	.long 4
                """;
        Scenario.ofAssembler(grouped(1, 1), grouped(1, 1) + more).assertRejected(ProblemCode.GROUP_CHANGED);
    }

    private static String noOp(String text, int value) {
        return """
                	.file	"unit.c"
                	.section .text.f,"ax",@progbits
                	.globl f
                	.type f, @function
                f:
                	.byte %s
                	.reloc f+1, R_X86_64_NONE, __fentry__-4
                	movl $%d, %%eax
                	ret
                	.size f, .-f
                """.formatted(text, value);
    }

    @Test
    @Row("55")
    void oldNoOpBecomesACallAgain() {
        String noOp = "0x0f, 0x1f, 0x44, 0x00, 0x00";
        Output output = Scenario.ofAssembler(noOp(noOp, 1), noOp(noOp, 2)).changed();
        output.changes("f");
        assertThat(output.section(".text.f").bytes().slice(0, 5).toArray()).containsExactly(0xe8, 0, 0, 0, 0);
        assertThat(output.relocations(".text.f")).containsExactly("__fentry__-4 at 1");
    }

    @Test
    void unknownNoOp() {
        String noOp = "0x90, 0x90, 0x90, 0x90, 0x90";
        Scenario.ofAssembler(noOp(noOp, 1), noOp(noOp, 2)).assertError(ProblemCode.OBJECT_INVALID);
    }

    private static String beginning(String first, int value) {
        return """
                	.file	"unit.c"
                	.section .text.f,"ax",@progbits
                	.globl f
                	.type f, @function
                f:
                	%s
                	movl $%d, %%eax
                	ret
                	.size f, .-f
                """.formatted(first, value);
    }

    @Test
    @Row("113")
    void callBehindABranchTargetMark() {
        String first = "endbr64\n\tcall __fentry__";
        Output output =
                Scenario.ofAssembler(beginning(first, 1), beginning(first, 2)).changed();
        output.changes("f");
        assertThat(output.relocations("__mcount_loc")).containsExactly("f+4 at 0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nop\n\tcall __fentry__", "jmp __fentry__", "movl %edi, %eax\n\tendbr64\n\tcall __fentry__"})
    void firstRelocationThatIsNoCallSite(String first) {
        Scenario.ofAssembler(beginning(first, 1), beginning(first, 2))
                .assertRejected(ProblemCode.FUNCTION_NOT_TRACEABLE);
    }
}
