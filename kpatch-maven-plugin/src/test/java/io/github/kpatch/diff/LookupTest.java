package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.intermediate.KlpRelocation;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.testing.Row;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** How the patch reaches the symbols of the running kernel. */
class LookupTest {
    private static final String LOCAL = """
            static __attribute__((noinline)) int local(int x) { return x * 3 + 1; }
            int g(int x) { return local(x) + local(x + 2); }
            """;

    private static Scenario local() {
        return Scenario.of(LOCAL, LOCAL.replace("x + 2", "x + 3"));
    }

    @Test
    @Row("61")
    void positionCountsByAddress() {
        assertThat(local().entry("ffffffff80000000 0 FILE LOCAL late.c")
                        .entry("ffffffff80002000 8 FUNC LOCAL local")
                        .entry("ffffffff80001000 8 OBJECT LOCAL local")
                        .entry("ffffffff90001000 8 FUNC LOCAL local")
                        .changed()
                        .klp())
                .containsOnly(".text.g: vmlinux.local,3");
    }

    @Test
    void positionCountsGlobalNamesakesToo() {
        Output output = local().entry("ffffffff80000000 0 FILE LOCAL late.c")
                .entry("ffffffff80002000 8 FUNC GLOBAL local")
                .changed();
        assertThat(output.klp()).containsOnly(".text.g: vmlinux.local,2");
        assertThat(output.outcome().warnings()).extracting(Problem::code).contains(ProblemCode.SYMBOL_POSITION_UNSURE);
    }

    private static final String REFERENCES = """
            extern int exported, unexported, unknown;
            int f(int x) { return exported + unexported + unknown + x + 1; }
            """;

    @Test
    @Row("62")
    void symbolsOfVmlinux() {
        Output output = Scenario.of(REFERENCES, REFERENCES.replace("+ 1", "+ 2"))
                .exporting("exported\tvmlinux")
                .entry("ffffffff82000000 4 OBJECT GLOBAL exported")
                .entry("ffffffff82000010 4 OBJECT GLOBAL unexported")
                .changed();
        assertThat(output.klp()).containsExactly(".text.f: vmlinux.unexported,0");
        assertThat(output.refersTo("exported")).isTrue();
        assertThat(output.refersTo("unknown")).isTrue();
        assertThat(output.tables().symbols().get(0).address()).isEqualTo(0xffffffff82000010L);
    }

    @Test
    @Row("63")
    void exportOfAModule() {
        assertThat(Scenario.of(REFERENCES, REFERENCES.replace("+ 1", "+ 2"))
                        .exporting("exported\tdrivers/foo/some-mod")
                        .changed()
                        .klp())
                .containsExactly(".text.f: some_mod.exported,0");
    }

    @Test
    @Row("64")
    void parentIsAModule() {
        Output output = Scenario.of(REFERENCES, REFERENCES.replace("+ 1", "+ 2"))
                .parent("some_mod")
                .exporting("exported\tdrivers/foo/some-mod", "unknown\tvmlinux")
                .entry("100 4 OBJECT GLOBAL exported")
                .entry("104 4 OBJECT GLOBAL unexported")
                .changed();
        assertThat(output.klp())
                .containsExactlyInAnyOrder(".text.f: some_mod.exported,0", ".text.f: some_mod.unexported,0");
        assertThat(output.refersTo("unknown")).isTrue();
        assertThat(output.tables().relocations())
                .extracting(KlpRelocation::external)
                .containsExactlyInAnyOrder(true, false);
        assertThat(output.tables().relocations())
                .extracting(KlpRelocation::objectName)
                .containsOnly("some_mod");
        assertThat(output.tables().symbols()).allMatch(symbol -> symbol.address() == 0);
    }

    @Test
    @Row("65")
    void kernelLacksALocal() {
        assertThat(local().editTable(table -> table.replaceAll("(?m)^.* local$", ""))
                        .assertError(ProblemCode.PARENT_MISMATCH)
                        .get(0)
                        .what())
                .contains("it lacks local");
    }

    @Test
    @Row("65")
    void kernelHasAnotherLocal() {
        Scenario.of(LOCAL, LOCAL)
                .editTable(table -> table + "99: ffffffff82000000 4 OBJECT LOCAL DEFAULT 1 more\n")
                .assertError(ProblemCode.PARENT_MISMATCH);
    }

    @Test
    void kernelHasNoSuchSource() {
        assertThat(local().editTable(table -> table.replace("unit.c", "other.c"))
                        .assertError(ProblemCode.PARENT_MISMATCH)
                        .get(0)
                        .what())
                .isEqualTo("vmlinux contains no source file unit.c.");
    }

    @Test
    @Row("66")
    void twoSourcesFit() {
        local().editTable(table -> table + table).assertError(ProblemCode.SYMBOL_AMBIGUOUS);
    }

    @Test
    @Row("66")
    void twoSourcesWithoutLocalsFit() {
        String source = "int f(int x) { return x + 1; }";
        Scenario.of(source, source.replace("+ 1", "+ 2"))
                .editTable(table -> table + "50: 0 0 FILE LOCAL DEFAULT ABS unit.c\n")
                .changed()
                .changes("f");
    }

    @Test
    @Row("67")
    void localTwiceInItsSource() {
        local().editTable(table -> table.replaceAll("(?m)^(.* local)$", "$1\n$1"))
                .assertError(ProblemCode.SYMBOL_AMBIGUOUS);
    }

    @Test
    @Row("68")
    void changedFunctionNotInTheKernel() {
        Scenario.of("int f(int x) { return x + 1; }", "int f(int x) { return x + 2; }")
                .editTable(table -> table.replaceAll("(?m)^.* f$", ""))
                .assertError(ProblemCode.SYMBOL_NOT_FOUND);
    }

    private static final String POINTER = """
            void later(int (*)(int));
            static int callback(int x) { return x + 1; }
            void f(int x) { later(callback); }
            """;

    @Test
    @Row("70")
    void addressOfUnchangedFunction() {
        assertThat(Scenario.of(POINTER, POINTER.replace("later(callback)", "later(callback); later(0)"))
                        .changed()
                        .klp())
                .containsExactly(".text.f: vmlinux.callback,1");
    }

    @Test
    @Row("71")
    void addressOfChangedFunctionIsThatOfTheOriginal() {
        Output output = Scenario.of(
                        POINTER,
                        POINTER.replace("later(callback)", "later(callback); later(0)")
                                .replace("+ 1", "+ 2"))
                .changed();
        output.changes("callback", "f");
        assertThat(output.klp()).containsExactly(".text.f: vmlinux.callback,1");
    }

    @Test
    @Row("73")
    void addressOfNewFunction() {
        Output output = Scenario.of(POINTER, """
                void later(int (*)(int));
                static int callback(int x) { return x + 1; }
                static int added(int x) { return x + 7; }
                void f(int x) { later(callback); later(added); }
                """).changed();
        output.changes("f").adds("added");
        assertThat(output.klp()).containsExactly(".text.f: vmlinux.callback,1");
    }

    @Test
    void sourcesOfOneObjectHaveBlocksOfTheirOwn() {
        String two = """
                	.file	"one.c"
                	.section .text.f,"ax",@progbits
                	.globl f
                	.type f, @function
                f:	call __fentry__
                	movl one_local(%%rip), %%eax
                	movl $%d, %%eax
                	ret
                	.size f, .-f
                	.section .data.one_local,"aw"
                	.type one_local, @object
                one_local: .long 4
                	.size one_local, 4
                """;
        assertThat(Scenario.ofAssembler(two.formatted(1), two.formatted(2))
                        .entry("0 0 FILE LOCAL two.c")
                        .entry("ffffffff80000000 4 OBJECT LOCAL one_local")
                        .changed()
                        .klp())
                .containsExactly(".text.f: vmlinux.one_local,2");
    }

    private static String source(String file, String function, int value) {
        return """
                	.file	"%1$s"
                	.section .text.%2$s,"ax",@progbits
                	.globl %2$s
                	.type %2$s, @function
                %2$s:	call __fentry__
                	call state%%function
                	movl $%3$d, %%eax
                	ret
                	.size %2$s, .-%2$s
                	.section .text.state%%function,"ax",@progbits
                	.type state%%function, @function
                state%%function:	call __fentry__
                	ret
                	.size state%%function, .-state%%function
                """.formatted(file, function, value).replace("%function", "_" + function);
    }

    @Test
    @Row("74")
    void localsOfOneNameInOneObjectAreFoundInTheirOwnSources() {
        // As if ld -r had joined two objects: FILE symbols head the locals of each.
        UnaryOperator<ElfObject> oneName = NamesAndLocalsTest.renaming("state_f", "state")
                .andThen(NamesAndLocalsTest.renaming("state_g", "state"))::apply;
        Output output = Scenario.ofAssembler(
                        source("one.c", "f", 1) + source("two.c", "g", 1),
                        source("one.c", "f", 2) + source("two.c", "g", 2))
                .editOriginal(oneName)
                .editPatched(oneName)
                .changed();
        output.changes("f", "g");
        assertThat(output.klp()).containsExactly(".text.f: vmlinux.state,1", ".text.g: vmlinux.state,2");
    }

    @Test
    @Row("75")
    void addendBeyond31Bits() {
        String source = """
                	.file	"unit.c"
                	.section .text.f,"ax",@progbits
                	.globl f
                	.type f, @function
                f:	call __fentry__
                	movabsq $page+0x80000000, %%rax
                	movl $%d, %%ecx
                	ret
                	.size f, .-f
                """;
        Output output = Scenario.ofAssembler(source.formatted(1), source.formatted(2))
                .entry("ffffffff82000000 4096 OBJECT GLOBAL page")
                .changed();
        assertThat(output.tables().relocations())
                .extracting(KlpRelocation::addend)
                .containsExactly(0x80000000L);
    }

    @Test
    void namespacesOfExportsAreImported() {
        Output output = Scenario.of(REFERENCES, REFERENCES.replace("+ 1", "+ 2"))
                .symversLine("0x00000000\texported\tvmlinux\tEXPORT_SYMBOL_GPL\tSOME_SPACE")
                .entry("ffffffff82000000 4 OBJECT GLOBAL exported")
                .changed();
        assertThat(new String(output.section(".modinfo").bytes().toArray(), StandardCharsets.US_ASCII))
                .isEqualTo("import_ns=SOME_SPACE\0");
    }

    @Test
    void instructionWithImmediateBehindItsAddress() {
        // cmpl $7, arr+4(%rip) has the addend arr+4-8: the target is four bytes further than the addend says.
        String source = """
                static struct { int a, b; } arr __attribute__((section(".data..shared"))) = {1, 2};
                int f(int x) { arr.a += x; return (arr.b == 7) + 1; }
                """;
        assertThat(Scenario.of(source, source.replace("+ 1", "+ 2")).changed().klp())
                .isNotEmpty()
                .containsOnly(".text.f: vmlinux.arr,1");
    }
}
