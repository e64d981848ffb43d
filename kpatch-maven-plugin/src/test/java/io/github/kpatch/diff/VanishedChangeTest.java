package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.problem.ProblemCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the fuzzer's second opinion found the differ to overlook, and what may go without a word. */
class VanishedChangeTest {
    private static final String F = "int g(int);\nint f(int x) { return g(x) + 1; }\n";
    private static final String CHANGED = "int g(int);\nint f(int x) { return g(x) + 2; }\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "int g(int); __attribute__((section(\".sched.text\"), noinline)) int %s(int x) { return g(x) + 1; }"
                        + " __attribute__((section(\".sched.text\"), noinline)) int %s(int x) { return g(x) + 2; }",
                "asm(\".pushsection .text.z,\\\"ax\\\"\\n.globl a, b\\n.type a, @function\\n.type b, @function\\n"
                        + "%1$s: nop\\nret\\n.size %1$s, .-%1$s\\n%2$s: ret\\n.size %2$s, .-%2$s\\n.popsection\");",
                "int %s __attribute__((section(\".data..read_mostly\"))) = 1;"
                        + " int %s __attribute__((section(\".data..read_mostly\"))) = 2; int g(int);"
                        + " int f(int x) { return g(x); }"
            })
    void namesThatAreExchangedAreRefused(String source) {
        Scenario.of(source.formatted("a", "b"), source.formatted("b", "a")).assertRejected(ProblemCode.SYMBOL_CHANGED);
    }

    @ParameterizedTest
    @ValueSource(strings = {".export_symbol", ".a_new_table_of_the_kernel"})
    void tablesThatNobodyKnowsAreRefused(String name) {
        String table = "asm(\".pushsection " + name + ", \\\"a\\\"\\n.quad f\\n.popsection\");\n";
        Scenario.of(F, F + table).assertRejected(ProblemCode.COLLECTED_LIST_CHANGED);
        Scenario.of(F + table, F).assertRejected(ProblemCode.COLLECTED_LIST_CHANGED);
        Scenario.of(F, CHANGED + table).assertRejected(ProblemCode.COLLECTED_LIST_CHANGED);
        Scenario.of(F + table, CHANGED).assertRejected(ProblemCode.COLLECTED_LIST_CHANGED);
    }

    @Test
    void aVariableIsNotTheFunctionWhoseNameItTook() {
        String use = "const void *f(void) { return tag; }\n";
        Scenario scenario = Scenario.of(
                "static void __attribute__((used)) tag(void) {}\n" + use,
                "static char __attribute__((used)) tag[8];\n" + use);
        assertThat(scenario.changed().outcome().changedFunctions()).containsExactly("f");
    }

    @ParameterizedTest
    @CsvSource({"function, notype", "notype, function", "function, object"})
    void codeThatIsNoFunctionAnyMoreIsRefused(String before, String after) {
        String source = "int e(int x) { return x; } asm(\".pushsection .text.f,\\\"ax\\\"\\n.globl f\\n.type f, @%s\\n"
                + "f: call __fentry__\\n.fill %d, 1, 0x90\\nret\\n.size f, .-f\\n.popsection\");";
        Scenario.of(source.formatted(before, 1), source.formatted(after, 2)).assertRejected(ProblemCode.SYMBOL_CHANGED);
    }

    /** They are used by nobody, or whoever uses them has changed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "int v = 5;",
                "int v;",
                "const int v = 5;",
                "int unused(int x) { return g(x) * 3; }",
                "int second(int) __attribute__((alias(\"f\")));",
                "asm(\".pushsection .discard.x,\\\"a\\\"\\n.quad f\\n.popsection\");",
                "asm(\".pushsection .comment.x\\n.byte 1\\n.popsection\");"
            })
    void whatNobodyUsesMayGo(String definition) {
        Scenario.of(F + definition, F).assertUnchanged();
        assertThat(Scenario.of(F + definition, CHANGED).changed().outcome().changedFunctions())
                .containsExactly("f");
    }

    /** What a table said of it is no reason to look for it. */
    @Test
    void aFunctionThatIsOnlyDeclaredNowIsRefused() {
        String table = "asm(\".pushsection __ex_table,\\\"a\\\"\\n.long f - ., f - ., 1\\n.popsection\");";
        Scenario.of(F + table, F).editPatched(VanishedChangeTest::withoutF).assertRejected(ProblemCode.SYMBOL_CHANGED);
    }

    @Test
    void unwindTablesThatReferToSomethingAreNotKnown() {
        String orc = """
                asm(".pushsection .orc_unwind_ip,\\"a\\"\\n.long f - .\\n.popsection");
                asm(".pushsection .orc_unwind,\\"a\\"\\n.byte 8,0,0,0,5,0\\n%s\\n.popsection");
                """;
        Scenario.of(F + orc.formatted(""), F + orc.formatted(".reloc .orc_unwind, R_X86_64_NONE, f"))
                .assertError(ProblemCode.SPECIAL_SECTION_INVALID);
    }

    /** Its relocations would be taken for a table, and a difference in them for one between entries. */
    @Test
    void relocationsThatBearTheNameOfATableAreRefused() {
        String other = "int h(int);\nint f(int x) { return h(x) + 1; }\n";
        Scenario.of(F, other)
                .editOriginal(VanishedChangeTest::withMisnamedRelocations)
                .editPatched(VanishedChangeTest::withMisnamedRelocations)
                .assertError(ProblemCode.SPECIAL_SECTION_INVALID);
    }

    private static ElfObject withMisnamedRelocations(ElfObject object) {
        return new ElfObject(
                object.header(),
                object.sections().stream()
                        .map(s -> s.name().equals(".rela.text.f") ? s.withName("__bug_table") : s)
                        .toList(),
                object.symbols());
    }

    /** A reference behind the end of the literals is none to a literal, and differs from one. */
    @Test
    void aLiteralThatWasNotThereIsAnotherOne() {
        String source = "int g(const char *); int f(int x) { return g(\"one\") + x; }";
        Scenario.of(source, source)
                .editOriginal(VanishedChangeTest::withoutLiterals)
                .changed()
                .changes("f");
    }

    /** The other name is still what callers that stay use. */
    @Test
    void aTableAboutARenamedFunctionIsAboutTheNameItKept() {
        String source = """
                __attribute__((section(".sched.text"))) int f(int x) {
                asm goto("1: .byte 0x0f,0x1f,0x44,0,0\\n.pushsection __jump_table,\\"aw\\"\\n.balign 8\\n"
                ".long 1b - ., %l[y] - .\\n.quad one - .\\n.popsection" : : : : y);
                return x; y: return x + 1; }
                int h(int) __attribute__((alias("f")));
                """;
        Scenario.of(
                        source,
                        source.replace("int f", "int g")
                                .replace("\"f\"", "\"g\"")
                                .replace("one", "two"))
                .entry("ffffffff82000000 16 OBJECT GLOBAL one")
                .entry("ffffffff82000100 16 OBJECT GLOBAL two")
                .assertRejected(ProblemCode.SECTION_CHANGED);
    }

    /** Its label is the same, but that says only that it is the compiler's seventh. */
    @Test
    void aConstantOfAnotherSectionIsAnotherOne() {
        String source = """
                asm(".pushsection %s\\n.LC7: .quad %d, 0\\n.popsection");
                long f(void) { long x; asm("movq .LC7(%%%%rip), %%0" : "=r"(x)); return x; }
                """;
        String eight = ".rodata.cst8,\\\"aM\\\",@progbits,8";
        String sixteen = ".rodata.cst16,\\\"aM\\\",@progbits,16";
        Scenario.of(source.formatted(eight, 1), source.formatted(sixteen, 2))
                .changed()
                .changes("f");
        Scenario.of(source.formatted(eight, 1), source.formatted(eight, 1)).assertUnchanged();
    }

    private static ElfObject withoutLiterals(ElfObject object) {
        return new ElfObject(
                object.header(),
                object.sections().stream()
                        .map(s -> s.has(SectionFlags.ALLOC | SectionFlags.STRINGS)
                                ? s.with(new SectionData.Contents(Bytes.EMPTY))
                                : s)
                        .toList(),
                object.symbols());
    }

    private static ElfObject withoutF(ElfObject object) {
        return new ElfObject(
                object.header(),
                object.sections(),
                object.symbols().stream()
                        .map(s -> s.name().equals("f")
                                ? new Symbol(
                                        s.name(), s.type(), s.binding(), s.other(), 0, 0, new SymbolHome.Undefined())
                                : s)
                        .toList());
    }
}
