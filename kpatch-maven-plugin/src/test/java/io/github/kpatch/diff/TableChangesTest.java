package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.testing.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Changes of which the code itself shows nothing, because only a table about it changed. Each is tried alone and together
 * with an ordinary change of another function, which brings the table into the patch and could hide the loss.
 */
class TableChangesTest {
    private static final String OTHER = "int other(int x) { return h(x) + 1; }\n";

    /** The functions that the differ lists for {@code original} becoming {@code patched}, alone and beside another. */
    private static Output changes(String original, String patched, String... functions) {
        Output alone = Scenario.of(original, patched).changed();
        alone.changes(functions);
        String[] withOther = new String[functions.length + 1];
        System.arraycopy(functions, 0, withOther, 0, functions.length);
        withOther[functions.length] = "other";
        Scenario.of(original + OTHER, patched + OTHER.replace("+ 1", "+ 2"))
                .changed()
                .changes(withOther);
        return alone;
    }

    private static final String LABELLED = """
            int h(int);
            %s int f(int x) { asm volatile("%s nop"); return h(x); }
            """;
    private static final String ENTRY_OF_A_LABEL =
            ".globl inner\\ninner: .pushsection __ex_table,\\\"a\\\"\\n.long inner - ., inner - ., 1\\n.popsection\\n";

    /** Nothing of the running kernel bears that name, and yet it says something of what is there. */
    @Test
    void entryAboutANewLabel() {
        Output output = changes(LABELLED.formatted("", ""), LABELLED.formatted("", ENTRY_OF_A_LABEL), "f");
        assertThat(output.section("__ex_table").bytes().size()).isEqualTo(12);
        String sched = "__attribute__((section(\".sched.text\"), noinline))";
        Scenario.of(LABELLED.formatted(sched, ""), LABELLED.formatted(sched, ENTRY_OF_A_LABEL))
                .assertRejected(ProblemCode.SECTION_CHANGED);
    }

    private static final String ALTERNATIVE = """
            #define ALTERNATIVE(old, new, feature) asm volatile("1:" old "\\n2:.skip -(((4f-3f)-(2b-1b)) > 0) * ((4f-3f)-(2b-1b)),0x90\\n5:\\n" \\
                ".pushsection .altinstructions,\\"a\\"\\n.long 1b - ., 3f - .\\n.word " #feature "\\n.byte 5b-1b, 4f-3f\\n.popsection\\n" \\
                ".pushsection .altinstr_replacement,\\"ax\\"\\n3: " new "\\n4:\\n.popsection" ::: "memory")
            int h(int);
            int e(int x) { ALTERNATIVE("", "mfence", 4); return h(x); }
            int f(int x) { ALTERNATIVE("", "lfence", 5); return h(x); }
            int g(int x) { ALTERNATIVE("", "lfence", 6); return h(x); }
            """;

    @Test
    @Row("103")
    void otherFeatureOfAnAlternative() {
        Output output = changes(ALTERNATIVE, ALTERNATIVE.replace("\"lfence\", 5", "\"lfence\", 7"), "f");
        assertThat(output.section(".altinstructions").bytes().at(8)).isEqualTo(7);
        assertThat(output.outcome().reasons())
                .anyMatch(element -> element.name().equals("f")
                        && element.because().get(0).equals("the table .altinstructions says something else about it"));
    }

    @Test
    @Row("104")
    void otherReplacementOfAnAlternative() {
        changes(ALTERNATIVE, ALTERNATIVE.replace("\"lfence\", 5", "\"sfence\", 5"), "f");
    }

    /** Found by the fuzzer: such an entry is not the same as itself, so the function seemed to change. */
    @Test
    void aReplacementOutsideItsSectionIsRefused() {
        String source = ALTERNATIVE.replace("3f - .", "3f + 1000 - .");
        Scenario.of(source, source).assertError(ProblemCode.SPECIAL_SECTION_INVALID);
    }

    @Test
    void otherCallInAReplacement() {
        String source = ALTERNATIVE.replace("\"\", \"lfence\", 5", "\"call one\", \"call one\", 5");
        Scenario.of(source, source.replace("\"call one\", 5", "\"call two\", 5"))
                .entry("ffffffff82000000 4 FUNC GLOBAL one")
                .entry("ffffffff82000010 4 FUNC GLOBAL two")
                .changed()
                .changes("f");
    }

    @Test
    void alternativeAfterAlternativeInOtherOrder() {
        String source = ALTERNATIVE.replace(
                "ALTERNATIVE(\"\", \"lfence\", 5);",
                "asm volatile(\"1: nop\\n.pushsection .altinstructions,\\\"a\\\"\\n.long 1b - ., 0\\n.word A\\n.byte 1, 0\\n"
                        + ".long 1b - ., 0\\n.word B\\n.byte 1, 0\\n.popsection\");");
        changes(
                source.replace("word A", "word 1").replace("word B", "word 2"),
                source.replace("word A", "word 2").replace("word B", "word 1"),
                "f");
    }

    @Test
    void replacementOfARemovedFunction() {
        Scenario.of(ALTERNATIVE, ALTERNATIVE.replaceAll("int e.*\n", "")).assertUnchanged();
        String other = ALTERNATIVE.replaceAll("int e.*\n", "");
        Scenario.of(ALTERNATIVE, other.replace("\"lfence\", 6", "\"lfence\", 8"))
                .changed()
                .changes("g");
    }

    @Test
    void alternativesOfOtherKernels() {
        String wide = ALTERNATIVE.replace(".word \" #feature", ".long \" #feature");
        Scenario.of(wide, wide.replace("\"lfence\", 5", "\"lfence\", 0x20005"))
                .sizes("alt_instr=14")
                .changed()
                .changes("f");
        String old = ALTERNATIVE.replace("4f-3f\\n.popsection", "4f-3f, 0\\n.popsection");
        Scenario.of(old, old.replace("\"lfence\", 5", "\"sfence\", 5"))
                .sizes("alt_instr=13")
                .changed()
                .changes("f");
    }

    private static final String EXCEPTIONS = """
            #define EXTABLE(from, to, type) ".pushsection __ex_table,\\"a\\"\\n.long " #from " - ., " #to " - ., " #type "\\n.popsection"
            int h(int), i(int);
            int f(int *x, int y) {
                asm goto("1: movl (%0), %%eax\\n" EXTABLE(1b, %l[one], TYPE) :: "r"(x) : "rax" : one, two);
                return h(y);
            one:
                return i(y);
            two:
                return i(y) + h(3);
            }
            int g(int *x, int y) {
                asm goto("1: movl (%0), %%eax\\n" EXTABLE(1b, %l[one], 9) :: "r"(x) : "rax" : one);
                return h(y);
            one:
                return i(y);
            }
            """;

    @Test
    @Row("105")
    void otherTypeOfAnException() {
        Output output = changes(EXCEPTIONS.replace("TYPE", "1"), EXCEPTIONS.replace("TYPE", "3"), "f");
        assertThat(output.section("__ex_table").bytes().at(8)).isEqualTo(3);
    }

    @Test
    @Row("106")
    void otherWayOnAfterAnException() {
        String source = EXCEPTIONS.replace("TYPE", "1");
        changes(source, source.replace("%l[one], 1", "%l[two], 1"), "f");
    }

    private static final String FIXUPS = """
            #define TRY(n) asm volatile("1: movl (%%rdi), %%eax\\n2:\\n.pushsection .fixup,\\"ax\\"\\n3: movl $" #n ", %%eax\\n" \\
                "jmp 2b\\n.popsection\\n.pushsection __ex_table,\\"a\\"\\n.long 1b - ., 3b - ., 0\\n.popsection" ::: "rax")
            int h(int);
            int e(int x) { TRY(1); return h(x); }
            int f(int x) { TRY(2); TRY(3); return h(x); }
            int g(int x) { TRY(4); return h(x); }
            """;

    @Test
    @Row("107")
    void otherFixup() {
        Output output = changes(FIXUPS, FIXUPS.replace("TRY(3)", "TRY(5)"), "f");
        assertThat(output.section(".fixup").bytes().at(11)).isEqualTo(5);
        Scenario.of(FIXUPS, FIXUPS.replaceAll("int e.*\n", "")).assertUnchanged();
    }

    @Test
    void faultInAFixup() {
        String source = FIXUPS.replace(
                "\"jmp 2b\\n.popsection",
                "\"4: movl (%%rsi), %%eax\\njmp 2b\\n.popsection\\n.pushsection __ex_table,\\\"a\\\"\\n.long 4b - ., 2b - ., \" #n \"\\n.popsection");
        Scenario.of(source, source).assertUnchanged();
        Scenario.of(source, source.replaceAll("int e.*\n", "")).assertUnchanged();
        String other = source.replace("4b - ., 2b - ., \" #n", "4b - ., 2b - ., 7 + \" #n");
        Scenario.of(source, other).changed().changes("e", "f", "g");
        Output one = Scenario.of(
                        source + OTHER.replace("int other(int x) {", "int other(int x) { TRY(9);"),
                        source
                                + OTHER.replace(
                                        "int other(int x) { return h(x) + 1",
                                        "int other(int x) { TRY(9); return h(x) + 2"))
                .changed();
        one.changes("other");
        assertThat(one.size("__ex_table")).isEqualTo(24);
        assertThat(one.size(".fixup")).isEqualTo(12);
    }

    @ParameterizedTest
    @CsvSource({".smp_locks, 4", ".retpoline_sites, 4", ".return_sites, 4", ".call_sites, 4"})
    void otherNumberOfSites(String table) {
        String source = """
                #define SITE(n) asm volatile(#n ": nop\\n.pushsection TABLE,\\"a\\"\\n.long " #n "b - .\\n.popsection")
                #define NONE(n) asm volatile(#n ": nop")
                int h(int);
                int f(int x) { SITE(1); SITE(2); return h(x); }
                int g(int x) { SITE(1); SITE(2); return h(x); }
                """.replace("TABLE", table);
        changes(
                source,
                source.replaceFirst("int f\\(int x\\) \\{ SITE\\(1\\); SITE", "int f(int x) { SITE(1); NONE"),
                "f");
        changes(source, source.replaceFirst("int f\\(int x\\) \\{ SITE\\(1\\)", "int f(int x) { NONE(1)"), "f");
    }

    @Test
    void otherKindOfParavirtSite() {
        String source = """
                #define PARAVIRT(n) asm volatile("1: nop\\n.pushsection .parainstructions,\\"a\\"\\n" \\
                    ".quad 1b\\n.byte " #n ", 1\\n.balign 8\\n.popsection")
                int h(int);
                int f(int x) { PARAVIRT(1); PARAVIRT(2); return h(x); }
                """;
        changes(source, source.replace("PARAVIRT(2)", "PARAVIRT(3)"), "f");
    }

    @Test
    void otherStaticCall() {
        String source = """
                int h(int);
                int f(int x) {
                    asm volatile("1: call __SCT__a\\n.pushsection .static_call_sites,\\"aw\\"\\n.long 1b - ., __SCK__KEY - .\\n.popsection");
                    return h(x);
                }
                """;
        Output output = Scenario.of(source.replace("KEY", "a"), source.replace("KEY", "a + 1"))
                .entry("ffffffff82000000 16 OBJECT GLOBAL __SCK__a")
                .entry("ffffffff82000010 4 FUNC GLOBAL __SCT__a")
                .changed();
        output.changes("f");
    }

    @Test
    void otherTargetOfABranch() {
        String source = """
                int h(int), i(int);
                extern int key;
                int f(int x) {
                    asm goto("1: nop\\n.pushsection __jump_table,\\"aw\\"\\n.long 1b - ., %l[one] - .\\n.quad key - .\\n.popsection" :::: one, two);
                    return h(x);
                one:
                    return i(x);
                two:
                    return i(x) + h(3);
                }
                """;
        Scenario.of(source, source.replace("%l[one] -", "%l[two] -"))
                .entry("ffffffff82000000 16 OBJECT GLOBAL key")
                .changed()
                .changes("f");
    }

    private static final String UNWIND = """
            #define ORC(n) asm volatile("1: nop\\n.pushsection .orc_unwind_ip,\\"a\\"\\n.long 1b - .\\n.popsection\\n" \\
                ".pushsection .orc_unwind,\\"a\\"\\n.byte " #n ",0,0,0,0,0\\n.popsection")
            int h(int);
            int e(int x) { ORC(1); return h(x); }
            int f(int x) { ORC(2); ORC(3); return h(x); }
            """;

    @Test
    void otherWayToUnwind() {
        changes(UNWIND, UNWIND.replace("ORC(3)", "ORC(4)"), "f");
        Scenario.of(UNWIND, UNWIND.replaceAll("int e.*\n", "")).assertUnchanged();
    }

    private static final String BUG = """
            #define BUG(flags) asm volatile("1: ud2\\n.pushsection __bug_table,\\"aw\\"\\n2: .long 1b - .\\n.word " #flags "\\n.org 2b + 8\\n.popsection")
            int h(int);
            int f(int x) { if (x > 3) BUG(1); return h(x); }
            """;

    @Test
    void otherFlagsOfABugWithoutFileAndLine() {
        Scenario.of(BUG, BUG.replace("BUG(1)", "BUG(3)"))
                .sizes("bug_entry=8")
                .changed()
                .changes("f");
        Scenario.of(BUG, BUG.replace("BUG(1)", "BUG(5)")).sizes("bug_entry=8").assertUnchanged();
    }

    @ParameterizedTest
    @CsvSource({"bug_entry=13", "bug_entry=4", "bug_entry=16"})
    @Row("108")
    void structureOfUnknownShape(String sizes) {
        assertThat(Scenario.of(BUG, BUG)
                        .sizes(sizes)
                        .assertError(ProblemCode.SPECIAL_SECTION_INVALID)
                        .get(0)
                        .toString())
                .contains("__bug_table", sizes.substring(sizes.indexOf('=') + 1));
    }

    @Test
    @Row("108")
    void tableOfUnknownSizeThatNobodyNeeds() {
        Scenario.of(BUG, BUG).sizes("alt_instr=12").assertError(ProblemCode.STRUCT_SIZES_MISSING);
    }

    @Test
    @Row("109")
    void tableAboutInitCode() {
        String source = ALTERNATIVE.replace("int f(int x)", "__attribute__((section(\".init.text\"))) int f(int x)");
        Problem problem = Scenario.of(source, source.replace("\"lfence\", 5", "\"lfence\", 7"))
                .assertRejected(ProblemCode.SECTION_CHANGED)
                .get(0);
        assertThat(problem.toString()).contains(".init.text", "too late");
    }

    @Test
    @Row("109")
    void tableAboutCodeOfSeveralFunctions() {
        String source = ALTERNATIVE.replace("int f(int x)", "__attribute__((section(\".sched.text\"))) int f(int x)");
        String changed = source.replace("\"lfence\", 5", "\"lfence\", 7");
        assertThat(Scenario.of(source, changed)
                        .assertRejected(ProblemCode.SECTION_CHANGED)
                        .get(0)
                        .toString())
                .contains(".sched.text", ".altinstructions");
        String beside = "__attribute__((section(\".sched.text\"))) int fresh(int x) { return h(x) + 5; }\n"
                + OTHER.replace("h(x) + 1", "fresh(x)");
        Scenario.of(source + OTHER, changed + beside).assertRejected(ProblemCode.SECTION_CHANGED);
    }

    @Test
    @Row("110")
    void tableAboutAColdPiece() {
        String source = """
                	.file	"unit.c"
                	.section .text.f,"ax",@progbits
                	.globl f
                	.type f, @function
                f:
                	call __fentry__
                	testl %edi, %edi
                	jne f.cold
                	ret
                	.size f, .-f
                	.section .text.unlikely.f,"ax",@progbits
                	.type f.cold, @function
                f.cold:
                1:	nop
                	jmp f+7
                	.size f.cold, .-f.cold
                	.section .altinstructions,"a"
                	.long 1b - ., 0
                	.word 5
                	.byte 1, 0
                """;
        Output output = Scenario.ofAssembler(source, source.replace(".word 5", ".word 7"))
                .changed();
        output.changes("f");
        assertThat(output.defines("f.cold")).isTrue();
    }

    @Test
    void entryThatSaysOfNoCode() {
        String source = BUG + "asm(\".section __bug_table,\\\"aw\\\"\\n.long 0,0\\n.text\");";
        Scenario.of(source, source).sizes("bug_entry=8").assertError(ProblemCode.SPECIAL_SECTION_INVALID);
    }
}
