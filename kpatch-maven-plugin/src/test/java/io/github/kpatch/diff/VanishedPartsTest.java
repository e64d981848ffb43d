package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

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

    /** As {@code linux/export.h} writes it since 6.4, for modpost to make the table of exports. */
    private static String exported(String function) {
        return """
                asm(".section .export_symbol,\\"a\\"\\n__export_symbol_NAME: .asciz \\"GPL\\"\\n.asciz \\"\\"\\n.balign 8\\n.quad NAME\\n.text");
                """.replace("NAME", function);
    }

    @Test
    @Row("114")
    void exportOfKernelsSinceSixFour() {
        String code = CODE + "int g(int x) { return h(x) + 3; }\n";
        String one = code + exported("f");
        String two = one + exported("g");
        String ordinary = two.replace("+ 1", "+ 2");
        for (String[] pair : new String[][] {{one, two}, {two, one}, {one, ordinary}}) {
            assertThat(Scenario.of(pair[0], pair[1]).assertRejected(ProblemCode.SECTION_CHANGED))
                    .anySatisfy(problem -> assertThat(problem.what()).contains("an exported symbol"));
        }
        Scenario.of(code, one).assertRejected(ProblemCode.COLLECTED_LIST_CHANGED);
        Scenario.of(one, code).assertRejected(ProblemCode.COLLECTED_LIST_CHANGED);
        Scenario.of(two, ordinary).changed().changes("f");
    }

    /** With {@code -fcf-protection} every object has it, and an object that is new or gone is compared with none. */
    @ParameterizedTest
    @ValueSource(strings = {".note.gnu.property", ".note.other"})
    void whatIsForLinkersIsNoList(String section) {
        String with = CODE + """
                asm(".section SECTION,\\"a\\"\\n.balign 8\\n.long 4, 16, 5\\n.asciz \\"GNU\\"\\n.long 0xc0000002, 4, 1, 0\\n.text");
                """.replace("SECTION", section);
        if (section.equals(".note.gnu.property")) {
            Scenario.of(CODE, with).assertUnchanged();
            Scenario.of(with, CODE).assertUnchanged();
            Scenario.of(CODE, with.replace("+ 1", "+ 2")).changed().changes("f");
        } else {
            Scenario.of(CODE, with).assertRejected(ProblemCode.COLLECTED_LIST_CHANGED);
            Scenario.of(with, CODE).assertRejected(ProblemCode.COLLECTED_LIST_CHANGED);
        }
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
