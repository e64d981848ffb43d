package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfObjectBuilder;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.testing.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel's tables about code: only entries about code of the patch go along. */
class SpecialSectionsTest {
    private static final String BUGS = """
            #define BUG(line) asm volatile("1: ud2\\n.pushsection __bug_table,\\"aw\\"\\n" \\
                "2: .long 1b - ., 0\\n.word " #line ", 0\\n.popsection")
            int h(int);
            int e(int x) { BUG(5); return h(x); }
            int f(int x) { BUG(6); return h(x) + 1; }
            int g(int x) { BUG(7); return h(x); }
            """;

    @Test
    @Row("76")
    void bugEntriesOfChangedFunction() {
        Output output = Scenario.of(BUGS, BUGS.replace("+ 1", "+ 2")).changed();
        output.changes("f");
        assertThat(output.size("__bug_table")).isEqualTo(12);
        assertThat(output.section("__bug_table").bytes().at(8)).isEqualTo(6);
        assertThat(output.relocations("__bug_table")).hasSize(1).allMatch(entry -> entry.matches("f\\+\\d+ at 0"));
    }

    @Test
    void wrongSizeOfBugEntry() {
        Scenario.of(BUGS, BUGS.replace("+ 1", "+ 2"))
                .sizes("bug_entry=16")
                .assertError(ProblemCode.SPECIAL_SECTION_INVALID);
    }

    @Test
    void secondTableOfTheSameName() {
        String own = BUGS.replace(
                "int g(int x) { BUG(7);",
                "asm(\".section __bug_table,\\\"aw\\\",@progbits,unique,7\\n.long 0,0,0\\n.text\");\nint g(int x) {");
        Scenario.of(own, own.replace("+ 1", "+ 2")).assertError(ProblemCode.SPECIAL_SECTION_INVALID);
    }

    private static final String FIXUPS = """
            #define TRY(n) asm volatile("1: movl (%%rdi), %%eax\\n2:\\n.pushsection .fixup,\\"ax\\"\\n3: movl $" #n ", %%eax\\n" \\
                "jmp 2b\\n.popsection\\n.pushsection __ex_table,\\"a\\"\\n.long 1b - ., 3b - ., 0\\n.popsection" ::: "rax")
            int h(int);
            int e(int x) { TRY(1); TRY(2); return h(x); }
            int f(int x) { TRY(3); TRY(4); return h(x) + 1; }
            int g(int x) { TRY(5); return h(x); }
            """;

    @Test
    @Row("77")
    void fixupsAndTheExceptionTable() {
        Output output = Scenario.of(FIXUPS, FIXUPS.replace("+ 1", "+ 2")).changed();
        output.changes("f");
        assertThat(output.size("__ex_table")).isEqualTo(24);
        assertThat(output.size(".fixup")).isEqualTo(20);
        assertThat(output.section(".fixup").bytes().at(1)).isEqualTo(3);
        assertThat(output.section(".fixup").bytes().at(11)).isEqualTo(4);
        assertThat(output.relocations("__ex_table"))
                .filteredOn(entry -> entry.startsWith(".fixup"))
                .containsExactly(".fixup+0 at 4", ".fixup+10 at 16");
    }

    private static String assembled(String call, String helper) {
        return """
                	.file	"unit.c"
                	.section .text.f,"ax",@progbits
                	.globl f
                	.type f, @function
                f:
                	call __fentry__
                	%s
                	ret
                	.size f, .-f
                	%s
                """.formatted(call, helper);
    }

    @ParameterizedTest
    @ValueSource(strings = {".type helper, @function", ".globl helper"})
    void entriesOfCodeOfUnknownSize(String kind) {
        String helper = """
                	.section .text.helpers,"ax",@progbits
                	%s
                helper:
                	nop
                1:	movl (%%rdi), %%eax
                2:	ret
                	.section __ex_table,"a"
                	.long 1b - ., 2b - ., 0
                """.formatted(kind);
        Output output = Scenario.ofAssembler(assembled("nop", ""), assembled("call helper", helper))
                .changed();
        assertThat(output.defines("helper")).isTrue();
        assertThat(output.size("__ex_table")).isEqualTo(12);
    }

    private static final String JUMP = """
            struct key { int enabled; void *entries; };
            KEYS
            int h(int);
            int f(int x) {
                asm goto(".byte 0x0f,0x1f,0x44,0,0\\n.pushsection __jump_table,\\"aw\\"\\n.balign 8\\n" \\
                    ".long .Lhere%= - ., %l[on] - .\\n.quad %c0 - .\\n.popsection\\n.Lhere%=:" :: "i"(&KEY) :: on);
                return h(x) + 1;
            on:
                return h(x) + 9;
            }
            """;

    private static Scenario jump(String keys, String key) {
        String source = JUMP.replace("KEYS", keys).replace("KEY", key);
        return Scenario.of(source, source.replace("+ 1", "+ 2"));
    }

    @Test
    @Row("78")
    void keyOfVmlinux() {
        Output output = jump("extern struct key outside;", "outside")
                .entry("ffffffff82000000 16 OBJECT GLOBAL outside")
                .changed();
        assertThat(output.size("__jump_table")).isEqualTo(16);
        assertThat(output.klp()).contains("__jump_table: vmlinux.outside,0");
    }

    @Test
    void exportedKeyOfVmlinuxFromAModule() {
        Output output = jump("extern struct key outside;", "outside")
                .parent("some_mod")
                .exporting("outside\tvmlinux")
                .changed();
        assertThat(output.relocations("__jump_table")).contains("outside+0 at 8");
    }

    @Test
    void otherKeyOfTheSameBranch() {
        String source = JUMP.replace("KEYS", "extern struct key one, two;");
        Output output = Scenario.of(source.replace("KEY", "one"), source.replace("KEY", "two"))
                .entry("ffffffff82000000 16 OBJECT GLOBAL one")
                .entry("ffffffff82000010 16 OBJECT GLOBAL two")
                .changed();
        output.changes("f");
        assertThat(output.klp()).contains("__jump_table: vmlinux.two,0");
    }

    @Test
    void otherFlagsOfTheSameWarning() {
        String source = """
                int h(int);
                int f(int x) {
                    asm volatile("1: ud2\\n.pushsection __bug_table,\\"aw\\"\\n2: .long 1b - ., 0\\n.word LINE, FLAGS\\n.popsection");
                    return h(x) + 1;
                }
                int g(int x) {
                    asm volatile("1: ud2\\n.pushsection __bug_table,\\"aw\\"\\n2: .long 1b - ., 0\\n.word 9, 1\\n.popsection");
                    return h(x) + 2;
                }
                """;
        String warning = source.replace("FLAGS", "1").replace("LINE", "5");
        Scenario.of(warning, source.replace("FLAGS", "1").replace("LINE", "6")).assertUnchanged();
        Output output = Scenario.of(warning, source.replace("FLAGS", "3").replace("LINE", "5"))
                .changed();
        output.changes("f");
        assertThat(output.section("__bug_table").bytes().at(10)).isEqualTo(3);
    }

    @Test
    @Row("79")
    void keyOfAModule() {
        assertThat(jump("extern struct key outside;", "outside")
                        .parent("some_mod")
                        .exporting("outside\tother-mod")
                        .assertRejected(ProblemCode.STATIC_KEY_IN_MODULE)
                        .get(0)
                        .toString())
                .contains("function f", "outside", "other_mod", "static_key_enabled()");
    }

    @Test
    @Row("79")
    void tracepointOfAModule() {
        Output output = jump("extern struct key __tracepoint_x;", "__tracepoint_x")
                .parent("some_mod")
                .exporting("__tracepoint_x\tother-mod")
                .changed();
        assertThat(output.hasSection("__jump_table")).isFalse();
    }

    @Test
    @Row("80")
    void oldKernelsHaveNoUsableKeys() {
        jump("extern struct key outside;", "outside")
                .entry("ffffffff82000000 16 OBJECT GLOBAL outside")
                .klpArch()
                .assertRejected(ProblemCode.STATIC_KEY_UNSUPPORTED);
        assertThat(jump("extern struct key __tracepoint_x;", "__tracepoint_x")
                        .entry("ffffffff82000000 16 OBJECT GLOBAL __tracepoint_x")
                        .klpArch()
                        .changed()
                        .hasSection("__jump_table"))
                .isFalse();
    }

    @Test
    @Row("87")
    void newKeyComesAlong() {
        String original = "int h(int);\nint f(int x) { return h(x) + 1; }";
        Output output = Scenario.of(
                        original,
                        JUMP.replace("KEYS", "static struct key fresh = {1};").replace("KEY", "fresh"))
                .changed();
        output.changes("f");
        assertThat(output.defines("fresh")).isTrue();
        assertThat(output.relocations("__jump_table")).contains("fresh+0 at 8");
    }

    @Test
    void jumpEntryOfAnotherShape() {
        String source = """
                int h(int);
                extern int key;
                int f(int x) {
                    asm volatile("1:\\n.pushsection __jump_table,\\"aw\\"\\n.long 1b - ., 0\\n.quad key\\n.popsection");
                    return h(x) + 1;
                }
                """;
        Scenario.of(source, source.replace("+ 1", "+ 2")).assertError(ProblemCode.SPECIAL_SECTION_INVALID);
    }

    private static final String STATIC_CALL = """
            int h(int);
            int f(int x) {
                asm volatile("1: call __SCT__KEY\\n.pushsection .static_call_sites,\\"aw\\"\\n" \\
                    ".long 1b - ., __SCK__KEY - .\\n.popsection" ::: "memory");
                return h(x) + 1;
            }
            """;

    private static Scenario staticCall(String key) {
        String source = STATIC_CALL.replace("KEY", key);
        return Scenario.of(source, source.replace("+ 1", "+ 2"));
    }

    @Test
    @Row("81")
    void staticCalls() {
        assertThat(staticCall("x")
                        .entry("ffffffff82000000 16 OBJECT GLOBAL __SCK__x")
                        .changed()
                        .size(".static_call_sites"))
                .isEqualTo(8);
        staticCall("x")
                .parent("some_mod")
                .exporting("__SCK__x\tother")
                .assertRejected(ProblemCode.STATIC_CALL_IN_MODULE);
        assertThat(staticCall("tp_func_x")
                        .parent("some_mod")
                        .exporting("__SCK__tp_func_x\tother")
                        .changed()
                        .hasSection(".static_call_sites"))
                .isFalse();
    }

    private static final String ALTERNATIVES = """
            #define ALTERNATIVE(n) asm volatile("1: nop\\n.pushsection .altinstructions,\\"a\\"\\n.long 1b - ., 2f - .\\n" \\
                ".word " #n "\\n.byte 1, 1\\n.popsection\\n.pushsection .altinstr_replacement,\\"ax\\"\\n2: ret\\n.popsection")
            int h(int);
            int e(int x) { ALTERNATIVE(5); return h(x); }
            int f(int x) { ALTERNATIVE(6); return h(x) + 1; }
            """;

    @Test
    @Row("82")
    void alternatives() {
        Output output =
                Scenario.of(ALTERNATIVES, ALTERNATIVES.replace("+ 1", "+ 2")).changed();
        output.changes("f");
        assertThat(output.size(".altinstructions")).isEqualTo(12);
        assertThat(output.size(".altinstr_replacement")).isEqualTo(2);
        assertThat(output.relocations(".altinstructions")).contains(".altinstr_replacement+1 at 4");
    }

    @Test
    @Row("88")
    void alternativesOfOldKernels() {
        Output output = Scenario.of(ALTERNATIVES, ALTERNATIVES.replace("+ 1", "+ 2"))
                .editOriginal(SpecialSectionsTest::withoutSymbolOfAlternatives)
                .editPatched(SpecialSectionsTest::withoutSymbolOfAlternatives)
                .klpArch()
                .changed();
        assertThat(output.tables().archSections()).hasSize(1);
        assertThat(output.object()
                        .section(output.tables().archSections().get(0).section())
                        .name())
                .isEqualTo(".altinstructions");
    }

    private static ElfObject withoutSymbolOfAlternatives(ElfObject object) {
        ElfObjectBuilder builder = ElfObjectBuilder.from(object);
        object.symbolsNamed(".altinstructions").stream()
                .filter(id -> object.symbol(id).isSection())
                .forEach((SymbolId id) -> builder.remove(id));
        return builder.build();
    }

    private static final String UNWIND = """
            #define ORC(n) asm volatile("1: nop\\n.pushsection .orc_unwind_ip,\\"a\\"\\n.long 1b - .\\n.popsection\\n" \\
                ".pushsection .orc_unwind,\\"a\\"\\n.byte " #n ",0,0,0,0,0\\n.popsection")
            int h(int);
            int e(int x) { ORC(1); return h(x); }
            int f(int x) { ORC(2); ORC(3); return h(x) + 1; }
            int g(int x) { ORC(4); return h(x); }
            """;

    @Test
    @Row("83")
    void unwindTables() {
        Output output = Scenario.of(UNWIND, UNWIND.replace("+ 1", "+ 2")).changed();
        assertThat(output.size(".orc_unwind_ip")).isEqualTo(8);
        assertThat(output.size(".orc_unwind")).isEqualTo(12);
        assertThat(output.section(".orc_unwind").bytes().at(0)).isEqualTo(2);
        assertThat(output.section(".orc_unwind").bytes().at(6)).isEqualTo(3);
        assertThat(output.relocations(".orc_unwind_ip")).allMatch(entry -> entry.startsWith("f+"));
    }

    @Test
    @Row("84")
    void unwindTablesOfUnknownSize() {
        Scenario.of(UNWIND, UNWIND.replace("+ 1", "+ 2"))
                .sizes("bug_entry=12")
                .assertError(ProblemCode.STRUCT_SIZES_MISSING);
        Scenario.of(UNWIND, UNWIND.replace("+ 1", "+ 2"))
                .sizes("orc_entry=8")
                .assertError(ProblemCode.SPECIAL_SECTION_INVALID);
    }

    @Test
    @Row("85")
    void tableThatNeedsLivepatchTooEarly() {
        String source = """
                int h(int);
                extern int handler;
                int f(int x) {
                    asm volatile("1: nop\\n.pushsection __ex_table,\\"a\\"\\n.long 1b - ., 1b - ., handler - .\\n.popsection");
                    return h(x) + 1;
                }
                """;
        Scenario.of(source, source.replace("+ 1", "+ 2"))
                .parent("some_mod")
                .entry("100 4 FUNC GLOBAL handler")
                .assertRejected(ProblemCode.RELOCATION_UNSUPPORTED);
        assertThat(Scenario.of(source, source.replace("+ 1", "+ 2"))
                        .entry("ffffffff82000000 4 FUNC GLOBAL handler")
                        .changed()
                        .klp())
                .contains("__ex_table: vmlinux.handler,0");
    }

    private static final String OWN_ENTRY = """
            #define WARN(n) asm volatile("1: lea 2f(%%rip), %%rdi\\nud2\\n.pushsection __bug_table,\\"aw\\"\\n" \\
                "2: .long 1b - ., 0\\n.word " #n ", 0\\n.popsection" ::: "rdi")
            int h(int), only_e(int);
            int e(int x) { WARN(5); return only_e(x); }
            int f(int x) { WARN(6); return h(x) + 1; }
            """;

    @Test
    @Row("86")
    void codeThatLoadsItsOwnEntry() {
        Output output = Scenario.of(OWN_ENTRY, OWN_ENTRY.replace("+ 1", "+ 2")).changed();
        assertThat(output.size("__bug_table")).isEqualTo(12);
        assertThat(output.relocations(".text.f")).anyMatch(entry -> entry.startsWith("__bug_table-4 at"));
        assertThat(output.symbol("e")).isEmpty();
        assertThat(output.symbol("only_e")).isEmpty();
    }

    @Test
    void sitesOfFixedSize() {
        String source = """
                #define SITE(name) asm volatile("1: nop\\n.pushsection " name ",\\"a\\"\\n.long 1b - .\\n.popsection")
                int h(int);
                int e(int x) { SITE(".return_sites"); SITE(".retpoline_sites"); SITE(".call_sites"); return h(x); }
                int f(int x) { SITE(".return_sites"); SITE(".smp_locks"); return h(x) + 1; }
                """;
        Output output = Scenario.of(source, source.replace("+ 1", "+ 2")).changed();
        assertThat(output.size(".return_sites")).isEqualTo(4);
        assertThat(output.size(".smp_locks")).isEqualTo(4);
        assertThat(output.hasSection(".retpoline_sites")).isFalse();
        assertThat(output.hasSection(".call_sites")).isFalse();
    }

    @Test
    void lastParavirtEntryMayLackItsPadding() {
        String source = """
                #define PARAVIRT(n, tail) asm volatile("1: nop\\n.pushsection .parainstructions,\\"a\\"\\n" \\
                    ".quad 1b\\n.byte " #n ", 1\\n.short 5\\n" tail "\\n.popsection")
                int h(int);
                int f(int x) { PARAVIRT(1, ".long 0"); PARAVIRT(2, ""); return h(x) + 1; }
                """;
        assertThat(Scenario.of(source, source.replace("+ 1", "+ 2")).changed().size(".parainstructions"))
                .isEqualTo(28);
    }
}
