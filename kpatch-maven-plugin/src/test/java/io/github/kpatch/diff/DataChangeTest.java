package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfObjectBuilder;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.testing.Row;
import org.junit.jupiter.api.Test;

/** Existing data lives in the running kernel and cannot be replaced; new data and constants can come along. */
class DataChangeTest {
    private static final String DATA = """
            int d = 4;
            int f(int x) { return d + x + 1; }
            """;

    @Test
    @Row("12")
    void initialValue() {
        assertThat(Scenario.of(DATA, DATA.replace("= 4", "= 5"))
                        .assertRejected(ProblemCode.DATA_CHANGED)
                        .get(0)
                        .where())
                .contains(".data.d");
    }

    @Test
    @Row("13")
    void initialValueAndUser() {
        assertThat(Scenario.of(DATA, DATA.replace("= 4", "= 5").replace("+ 1", "+ 2"))
                        .assertRejected(ProblemCode.DATA_CHANGED))
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).contains("a copy of its own"));
    }

    private static final String CONSTANTS = """
            const int d[16] = {1, 2, 3};
            int f(int x) { return d[x] + 1; }
            """;

    @Test
    @Row("14")
    void constantsAndTheirUser() {
        Output output = Scenario.of(CONSTANTS, CONSTANTS.replace("3}", "4}").replace("+ 1", "+ 2"))
                .changed();
        output.changes("f");
        assertThat(output.hasSection(".rodata.d")).isTrue();
    }

    @Test
    @Row("15")
    void constantsAlone() {
        Scenario.of(CONSTANTS, CONSTANTS.replace("3}", "4}")).assertRejected(ProblemCode.DATA_CHANGED);
    }

    @Test
    void theAdviceNamesTheTableAndWhoReadsIt() {
        assertThat(Scenario.of(CONSTANTS, CONSTANTS.replace("3}", "4}"))
                        .assertRejected(ProblemCode.DATA_CHANGED)
                        .get(0)
                        .cure())
                .contains("define d_patched beside it", "refer to d_patched: f.");
        assertThat(Scenario.of(CONSTANTS, CONSTANTS.replace("[16]", "[17]"))
                        .assertRejected(ProblemCode.DATA_CHANGED)
                        .get(0)
                        .cure())
                .contains("define d_patched beside it", "refer to d_patched: f.");
        assertThat(Scenario.of(DATA, DATA.replace("= 4", "= 5"))
                        .assertRejected(ProblemCode.DATA_CHANGED)
                        .get(0)
                        .cure())
                .contains("KPATCH_POST_PATCH_CALLBACK(d_set)");
    }

    @Test
    void constantsWhoseSectionIsNamedLikeOneOfLiterals() {
        String source = CONSTANTS.replace("d[", "str_table[");
        Scenario.of(source, source.replace("3}", "4}")).assertRejected(ProblemCode.DATA_CHANGED);
        assertThat(Scenario.of(source, source.replace("3}", "4}").replace("+ 1", "+ 2"))
                        .changed()
                        .hasSection(".rodata.str_table"))
                .isTrue();
    }

    @Test
    @Row("16")
    void sizeOfArray() {
        assertThat(Scenario.of(CONSTANTS, CONSTANTS.replace("[16]", "[17]"))
                        .assertRejected(ProblemCode.DATA_CHANGED)
                        .get(0)
                        .what())
                .contains("from 64 to 68");
    }

    @Test
    @Row("17")
    void uninitialisedBecomesInitialised() {
        assertThat(Scenario.of("int d;\nint f(void) { return d; }", "int d = 4;\nint f(void) { return d; }")
                        .assertRejected(ProblemCode.DATA_CHANGED)
                        .get(0)
                        .what())
                .contains(".bss.d", ".data.d");
    }

    @Test
    @Row("18")
    void pointerInitialisedWithAnother() {
        String source = "int a, b;\nint *p = &a;\nint f(void) { return *p; }";
        assertThat(Scenario.of(source, source.replace("&a", "&b"))
                        .assertRejected(ProblemCode.DATA_CHANGED)
                        .get(0)
                        .where())
                .contains(".rela.data.p");
    }

    @Test
    @Row("19")
    void newData() {
        Output output = Scenario.of("int f(int x) { return x + 1; }", """
                static int hidden[8] = {1, 2, 3};
                int visible = 7;
                int f(int x) { hidden[x & 7]++; return visible + hidden[x & 3]; }
                """).changed();
        output.changes("f");
        assertThat(output.hasSection(".data.hidden")).isTrue();
        assertThat(output.hasSection(".data.visible")).isTrue();
        assertThat(output.klp()).isEmpty();
    }

    @Test
    void existingDataStaysInTheKernel() {
        Output output = Scenario.of(DATA, DATA.replace("+ 1", "+ 2")).changed();
        assertThat(output.klp()).containsExactly(".text.f: vmlinux.d,0");
        assertThat(output.hasSection(".data.d")).isFalse();
    }

    @Test
    @Row("20")
    void newStaticInSharedSection() {
        String source = """
                static int old __attribute__((section(".data..read_mostly"))) = 1;
                int f(int x) { return x + old; }
                """;
        Scenario.of(
                        source + "void keep(void) { old++; }",
                        "static int fresh __attribute__((section(\".data..read_mostly\"))) = 1;\n"
                                + source.replace("x + old", "x + old + fresh++") + "void keep(void) { old++; }")
                .assertRejected(ProblemCode.DATA_CHANGED);
    }

    @Test
    @Row("21")
    void movedToAnotherSection() {
        String source = "__attribute__((section(\"mysec\"))) int x = 1;\nint f(void) { return x; }";
        Scenario.of(source, source.replace("mysec", "mysec2")).assertRejected(ProblemCode.DATA_CHANGED);
    }

    @Test
    void changedCustomSectionOfItsUser() {
        String source = "__attribute__((section(\"mysec\"))) int x = 1;\nint f(void) { return x; }";
        Scenario.of(source, """
                __attribute__((section("mysec"))) int x = 1;
                static __attribute__((section("mysec"))) int y = 3;
                int f(void) { return x + y++; }
                """).assertRejected(ProblemCode.DATA_CHANGED);
    }

    private static final String LOCAL = """
            static __attribute__((noinline)) int f(int x) { return x * 3 + 1; }
            int g(int x) { return f(x) + f(x + 2); }
            """;

    @Test
    @Row("22")
    void staticBecomesGlobal() {
        Scenario.of(LOCAL, LOCAL.replace("static ", "")).assertRejected(ProblemCode.SYMBOL_CHANGED);
    }

    @Test
    @Row("22")
    void staticBecomesGlobalWithoutSectionSymbols() {
        Scenario.of(LOCAL, LOCAL.replace("static ", ""))
                .editOriginal(DataChangeTest::withoutUnusedSectionSymbols)
                .editPatched(DataChangeTest::withoutUnusedSectionSymbols)
                .assertRejected(ProblemCode.SYMBOL_CHANGED);
    }

    private static ElfObject withoutUnusedSectionSymbols(ElfObject object) {
        ElfObjectBuilder builder = ElfObjectBuilder.from(object);
        for (int i = 1; i < object.symbols().size(); i++) {
            SymbolId id = new SymbolId(i);
            boolean used = object.sections().stream()
                    .anyMatch(section -> section.data() instanceof SectionData.Relocations all
                            && all.entries().stream()
                                    .anyMatch(entry -> entry.symbol().equals(id)));
            if (object.symbol(id).isSection() && !used) {
                builder.remove(id);
            }
        }
        return builder.build();
    }

    /** gcc turns such a switch into a table, so that a changed value changes no code. */
    @Test
    void valueInATableMadeFromASwitch() {
        String source = """
                int f(int x) {
                    switch (x) { case 0: return 11; case 1: return 5; case 2: return 37; case 3: return 2; case 4: return 9; }
                    return -1;
                }
                int g(int x) {
                    switch (x) { case 0: return 3; case 1: return 8; case 2: return 21; case 3: return 1; case 4: return 6; }
                    return -1;
                }
                """;
        Output output =
                Scenario.of(source, source.replace("return 21", "return 22")).changed();
        output.changes("g");
        assertThat(output.object().sections())
                .extracting(Section::name)
                .filteredOn(name -> name.startsWith(".rodata.CSWTCH."))
                .hasSize(1);
    }

    @Test
    void textInATableMadeFromASwitch() {
        String source = """
                const char *f(int x) {
                    switch (x) { case 0: return "a"; case 1: return "bc"; case 2: return "def"; case 3: return "g"; case 4: return "h"; }
                    return "none";
                }
                """;
        Scenario.of(source, source).assertUnchanged();
        Scenario.of(source, source.replace("def", "xyz")).changed().changes("f");
        Scenario.of(source, "const char *e(void) { return \"longer\"; }\n" + source)
                .changed()
                .changes()
                .adds("e");
    }

    @Test
    void limitsOfARate() {
        String source = """
                struct ratelimit_state { int lock, interval, burst; };
                int ___ratelimit(struct ratelimit_state *, const char *);
                void report(int);
                int f(int x) {
                    static struct ratelimit_state _rs = { 0, 500, 10 };
                    if (___ratelimit(&_rs, "f")) report(x);
                    return x;
                }
                """;
        Scenario.of(source, source)
                .editPatched(NamesAndLocalsTest.renaming("_rs.0", "_rs.7"))
                .assertUnchanged();
        Output output = Scenario.of(source, source.replace("10 }", "20 }")).changed();
        output.changes("f");
        assertThat(output.defines("_rs.0")).isTrue();
    }

    @Test
    void valueOfUnnamedConstant() {
        String source = """
                void use(int *);
                int f(void) { int a[8] = {11, 22, 33, 44, 55, 66, 77, 88}; use(a); return a[0]; }
                int g(void) { int a[8] = {1, 2, 3, 4, 5, 6, 7, 8}; use(a); return a[0]; }
                """;
        Scenario.of(source, source.replace("6, 7, 8", "6, 7, 9"))
                .flags("-mno-sse", "-mgeneral-regs-only")
                .changed()
                .changes("g");
    }
}
