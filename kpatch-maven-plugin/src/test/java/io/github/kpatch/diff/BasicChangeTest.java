package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.elf.ElfHeader;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.testing.Row;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What counts as a change of a function, and what comes of it. */
class BasicChangeTest {
    private static final String TWO = """
            int g(int);
            int f(int x) { return g(x) + 1; }
            int h(int x) { return g(x) + 3; }
            """;

    @Test
    @Row("1")
    void nothingChanged() {
        Scenario.of(TWO, TWO).assertUnchanged();
    }

    @Test
    @Row("2")
    void bodyOfGlobalFunction() {
        Output output = Scenario.of(TWO, TWO.replace("+ 1", "+ 2")).changed();
        output.changes("f").adds();
        assertThat(output.symbol("f").orElseThrow().binding()).isEqualTo(SymbolBinding.LOCAL);
        assertThat(output.callSites()).isEqualTo(1);
        assertThat(output.relocations("__mcount_loc")).containsExactly("f+0 at 0");
        assertThat(output.defines("h")).isFalse();
        assertThat(output.hasSection(".text.h")).isFalse();
    }

    @Test
    @Row("3")
    void bodyOfWeakFunction() {
        String weak = "__attribute__((weak)) " + "int f(int x) { return x + 1; }";
        Output output = Scenario.of(weak, weak.replace("+ 1", "+ 2")).changed();
        output.changes("f");
        assertThat(output.symbol("f").orElseThrow().binding()).isEqualTo(SymbolBinding.LOCAL);
    }

    @Test
    void debugInformationComesAlong() {
        Output output = Scenario.of(TWO, TWO.replace("+ 1", "+ 2")).flags("-g").changed();
        output.changes("f");
        assertThat(output.hasSection(".debug_info")).isTrue();
        assertThat(output.relocations(".debug_info")).noneMatch(entry -> entry.startsWith("h+"));
    }

    @Test
    @Row("4")
    void functionRemoved() {
        Scenario.of(TWO, "int g(int);\nint f(int x) { return g(x) + 1; }\n").assertUnchanged();
    }

    @Test
    @Row("5")
    void newStaticHelperOfChangedFunction() {
        Output output = Scenario.of("int f(int x) { return x + 1; }", """
                static __attribute__((noinline)) int helper(int x) { return x * 7 + 3; }
                int f(int x) { return helper(x) + 1; }
                """).changed();
        output.changes("f").adds("helper");
        assertThat(output.klp()).isEmpty();
        assertThat(output.defines("helper")).isTrue();
        assertThat(output.callSites()).isEqualTo(2);
    }

    @Test
    @Row("6")
    void newGlobalFunctionWithoutCaller() {
        Output output =
                Scenario.of(TWO, TWO + "int added(int x) { return g(x) * 5; }").changed();
        output.changes().adds("added");
        assertThat(output.symbol("added").orElseThrow().binding()).isEqualTo(SymbolBinding.GLOBAL);
    }

    @Test
    @Row("7")
    void newStaticFunctionWithoutCaller() {
        Scenario.of(TWO, TWO + "static __attribute__((used)) int kept(int x) { return x * 5; }")
                .assertUnchanged();
    }

    private static UnaryOperator<ElfObject> header(UnaryOperator<ElfHeader> edit) {
        return object -> new ElfObject(edit.apply(object.header()), object.sections(), object.symbols());
    }

    @Test
    @Row("8")
    void machineFlagsDiffer() {
        Scenario.of(TWO, TWO)
                .editPatched(header(old -> ElfHeader.relocatable(old.order(), old.machine(), 1)))
                .assertRejected(ProblemCode.OBJECTS_NOT_COMPARABLE);
    }

    @Test
    @Row("8")
    void linkedObjects() {
        UnaryOperator<ElfObject> linked = header(old -> new ElfHeader(
                old.order(), old.osAbi(), old.abiVersion(), old.type(), old.machine(), 0, old.flags(), 1));
        Scenario.of(TWO, TWO)
                .editOriginal(linked)
                .editPatched(linked)
                .assertRejected(ProblemCode.OBJECTS_NOT_COMPARABLE);
    }

    @Test
    void machineWithoutArchitecture() {
        UnaryOperator<ElfObject> other = header(old -> ElfHeader.relocatable(old.order(), 243, old.flags()));
        assertThat(Scenario.of(TWO, TWO)
                        .editOriginal(other)
                        .editPatched(other)
                        .assertError(ProblemCode.OBJECT_UNSUPPORTED)
                        .get(0)
                        .what())
                .contains("243");
    }

    private static UnaryOperator<ElfObject> sections(UnaryOperator<Section> edit) {
        return object -> new ElfObject(
                object.header(), object.sections().stream().map(edit).toList(), object.symbols());
    }

    private static Section aligned(Section section, long alignment) {
        return new Section(
                section.name(),
                section.type(),
                section.flags(),
                section.address(),
                alignment,
                section.entrySize(),
                section.link(),
                section.data());
    }

    @Test
    @Row("9")
    void alignmentOfCodeMayDiffer() {
        Scenario.of(TWO, TWO)
                .editPatched(sections(section -> section.name().equals(".text.f") ? aligned(section, 32) : section))
                .assertUnchanged();
    }

    @Test
    void alignmentOfDataMayNot() {
        String data = "int table[4] = {1, 2};\n" + TWO;
        Scenario.of(data, data)
                .editPatched(sections(section -> section.name().equals(".data.table") ? aligned(section, 64) : section))
                .assertRejected(ProblemCode.DATA_CHANGED);
    }

    @Test
    @Row("10")
    void sectionBecomesReadOnly() {
        String writable = "__attribute__((section(\"mysec\"))) int x = 1;\n" + TWO;
        Scenario.of(writable, writable.replace(" int x", " const int x")).assertRejected(ProblemCode.DATA_CHANGED);
    }

    @Test
    @Row("11")
    void cloneBecomesPlainFunction() {
        String source = """
                int sink;
                static __attribute__((noinline)) int h(int a, int b) { sink += a; return a * b + sink; }
                int f(int x) { return h(x, 7) + 1; }
                int g(int x) { return h(x, 7) + 2; }
                """;
        Output output = Scenario.of(source, source.replace("h(x, 7) + 2", "h(x, x) + 2"))
                .changed();
        output.changes("f", "g").adds("h");
    }

    @Test
    void reasonsLeadBackToTheRule() {
        Output output = Scenario.of("int f(int x) { return x + 1; }", """
                static __attribute__((noinline)) int helper(int x) { return x * 7 + 3; }
                int f(int x) { return helper(x) + 1; }
                """).changed();
        List<IncludedElement> reasons = output.outcome().reasons();
        assertThat(reasons)
                .startsWith(
                        new IncludedElement("function", "f", List.of("the function changed")),
                        new IncludedElement(
                                "function",
                                "helper",
                                List.of(
                                        "section .text.f: it refers to this",
                                        "function f: it is defined here",
                                        "the function changed")))
                .contains(
                        new IncludedElement(
                                "section",
                                ".text.helper",
                                List.of(
                                        "function helper: it is defined here",
                                        "section .text.f: it refers to this",
                                        "function f: it is defined here",
                                        "the function changed")),
                        new IncludedElement(
                                "reference",
                                "__fentry__",
                                List.of(
                                        "section .text.f: it refers to this",
                                        "function f: it is defined here",
                                        "the function changed")))
                .doesNotHaveDuplicates()
                .allSatisfy(element -> assertThat(element.because()).isNotEmpty())
                .extracting(IncludedElement::name)
                .doesNotContain(".rela.text.f", "");
    }

    @Test
    void reasonsOfSectionsWithoutSymbolsLeadBackToTheirUsers() {
        String source = """
                	.file	"unit.c"
                	.section .text.f,"ax",@progbits
                	.globl f
                	.type f, @function
                f:	call __fentry__
                	movl .Lconstant(%%rip), %%eax
                	addl $%d, %%eax
                	ret
                	.size f, .-f
                	.section .rodata.unnamed,"a",@progbits
                .Lconstant: .long 7
                """;
        Output output =
                Scenario.ofAssembler(source.formatted(1), source.formatted(2)).changed();
        assertThat(output.outcome().reasons())
                .filteredOn(element -> element.name().equals(".rodata.unnamed"))
                .hasSize(1)
                .allSatisfy(element -> assertThat(element.because())
                        .containsExactly(
                                "section .text.f: it refers to this",
                                "function f: it is defined here",
                                "the function changed"));
    }

    @Test
    void reasonsOfARejectedPatchAreToldToo() {
        String source = "static int d = 3; int f(int x) { return x + d++; }";
        DiffOutcome outcome = Scenario.of(
                        source, source.replace("d = 3", "d = 4").replace("x + d", "x - d"))
                .run();
        assertThat(((DiffOutcome.Rejected) outcome).reasons())
                .contains(new IncludedElement(
                        "variable",
                        "d",
                        List.of(
                                "section .text.f: it refers to this",
                                "function f: it is defined here",
                                "the function changed")));
    }

    @Test
    void symbolThatIsNotOfC() {
        String source = "int f(int x) { return x; } asm(\".type other, @gnu_indirect_function\\nother: ret\");";
        assertThat(Scenario.of(source, source)
                        .editTable(table -> table.replace(" 10 ", " FUNC "))
                        .assertError(ProblemCode.OBJECT_UNSUPPORTED)
                        .get(0)
                        .where())
                .contains("symbol other");
    }

    @Test
    void outputOfTheDiffer() {
        Scenario.of(TWO, TWO)
                .editPatched(object ->
                        Scenario.of(TWO, TWO.replace("+ 1", "+ 2")).changed().object())
                .assertError(ProblemCode.OBJECT_INVALID);
    }
}
