package io.github.kpatch.diff;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.testing.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Differences that are in no code and no variable, each of which something in the kernel goes by. */
class VanishedPartsTest {
    private static final String CODE = "int h(int);\nint f(int x) { return h(x) + 1; }\n";

    @ParameterizedTest
    @ValueSource(strings = {"__param", ".initcall6.init", ".init.setup", "_ftrace_events", "___ksymtab+f"})
    @Row("114")
    void pieceOfACollectedList(String section) {
        String with =
                CODE + "static const void *const entry __attribute__((used, section(\"" + section + "\"))) = f;\n";
        Scenario.of(CODE, with).assertRejected(ProblemCode.COLLECTED_LIST_CHANGED);
        Scenario.of(with, CODE).assertRejected(ProblemCode.COLLECTED_LIST_CHANGED);
        Scenario.of(with, CODE.replace("+ 1", "+ 2")).assertRejected(ProblemCode.COLLECTED_LIST_CHANGED);
        Scenario.of(with, with.replace("+ 1", "+ 2")).changed().changes("f");
    }

    @Test
    @Row("114")
    void newCollectedList() {
        String with = CODE + "static const void *const entry __attribute__((used, section(\"__param\"))) = f;\n";
        Scenario.of(
                        with,
                        with
                                + "static const void *const more __attribute__((used, section(\"_ftrace_events\"))) = f;\n")
                .assertRejected(ProblemCode.COLLECTED_LIST_CHANGED);
    }

    private static final String ASSEMBLED = """
            	.file	"unit.c"
            	.section .text.f,"ax",@progbits
            	.globl f
            	.type f, @function
            f:
            	call __fentry__
            	movl $1, %eax
            label:
            	ret
            	.size f, .-f
            	.globl label
            	.set number, 5
            	.globl number
            """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".globl label!.globl label\n\t.hidden label",
                ".globl f!.globl f\n\t.hidden f",
                ".set number, 5!.set number, 6",
                "label:\n\tret!ret",
                "movl $1, %eax\nlabel:!label:\n\tmovl $1, %eax"
            })
    @Row("115")
    void symbolThatMeansSomethingElse(String change) {
        String[] parts = change.split("!");
        String patched = ASSEMBLED.replace(parts[0], parts[1].equals("ret") ? "ret\nlabel:" : parts[1]);
        Scenario.ofAssembler(ASSEMBLED, patched).assertRejected(ProblemCode.SYMBOL_CHANGED);
    }

    @Test
    @Row("115")
    void numberThatBecomesAnother() {
        Scenario.ofAssembler(ASSEMBLED, ASSEMBLED.replace(".set number, 5", ".set number, 6"))
                .assertRejected(ProblemCode.SYMBOL_CHANGED);
    }

    @Test
    @Row("116")
    void literalOfWideCharacters() {
        String source = """
                int h(const unsigned short *);
                int f(int x) { return h(L"Setup") + x; }
                int g(int x) { return h(L"Boot") + x; }
                """;
        Scenario.of(source, source.replace("Setup", "SecureBoot"))
                .flags("-fshort-wchar", "-Wno-incompatible-pointer-types")
                .changed()
                .changes("f");
        Scenario.of(source, source.replace("Setup", "Secup"))
                .flags("-fshort-wchar", "-Wno-incompatible-pointer-types")
                .changed()
                .changes("f");
        Scenario.of(source, source)
                .flags("-fshort-wchar", "-Wno-incompatible-pointer-types")
                .assertUnchanged();
    }
}
