package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.testing.KernelFlags;
import io.github.kpatch.testing.Row;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * What changes beside the code in kernels like 6.12: tables and constants in its layouts, in functions that are compiled
 * with its options and have names for their padding. Each change is tried alone and together with an ordinary one of
 * another function. {@code TableChangesTest} has the same of older layouts, in functions without padding.
 */
class PaddedKernelChangesTest {
    private static final Bytes ENDBR64 = Bytes.copyOf(new byte[] {(byte) 0xf3, 0x0f, 0x1e, (byte) 0xfa});

    private static final String OTHER = "int other(int x) { return h(x) + 1; }\n";

    /** objtool names the padding; the functions of these sources get their names from assembler. */
    private static Scenario scenario(String original, String patched, String... functions) {
        String names = Arrays.stream(functions)
                .map(name -> ("asm(\".globl __pfx_NAME\\n.type __pfx_NAME, @function\\n.size __pfx_NAME, 16\\n"
                                + ".set __pfx_NAME, NAME - 16\");\n")
                        .replace("NAME", name))
                .reduce("", String::concat);
        return Scenario.of(original + names, patched + names)
                .flags(KernelFlags.PADDING.toArray(String[]::new))
                .sizes(
                        "alt_instr=14,bug_entry=12,exception_table_entry=12,jump_entry=16,orc_entry=6,static_call_site=8")
                .entry("ffffffff82000000 16 OBJECT GLOBAL key")
                .entry("ffffffff82000010 16 OBJECT GLOBAL __SCK__one")
                .entry("ffffffff82000020 8 FUNC GLOBAL __SCT__one")
                .entry("ffffffff82000030 16 OBJECT GLOBAL __SCK__two")
                .entry("ffffffff82000040 8 FUNC GLOBAL __SCT__two");
    }

    /** Only {@code f} changed, or {@code f} and {@code other}; either is carried as the kernel has it. */
    private static Output changesF(String original, String patched) {
        Output beside = scenario(original + OTHER, patched + OTHER.replace("+ 1", "+ 2"), "f", "other")
                .changed()
                .changes("f", "other");
        assertPadded(beside, "f");
        assertPadded(beside, "other");
        Output alone = scenario(original, patched, "f").changed().changes("f");
        assertPadded(alone, "f");
        assertThat(alone.relocations("__mcount_loc")).containsExactly("f+4 at 0");
        return alone;
    }

    private static void assertPadded(Output output, String function) {
        assertThat(output.symbol(function).orElseThrow().value()).isEqualTo(16);
        assertThat(output.symbol("__pfx_" + function).orElseThrow().value()).isZero();
        assertThat(output.section(".text." + function).bytes().slice(16, 20)).isEqualTo(ENDBR64);
        assertThat(output.relocations(".text." + function)).contains("__fentry__-4 at 21");
    }

    private static final String ALTERNATIVE = """
            #define ALTERNATIVE(old, new, ft_flags) asm volatile("771:" old "\\n772:.skip -(((775f-774f)-(772b-771b)) > 0) * ((775f-774f)-(772b-771b)),0x90\\n773:\\n" \\
                ".pushsection .altinstructions,\\"a\\"\\n.long 771b - ., 774f - .\\n.4byte " #ft_flags "\\n.byte 773b-771b, 775f-774f\\n.popsection\\n" \\
                ".pushsection .altinstr_replacement,\\"ax\\"\\n774: " new "\\n775:\\n.popsection" ::: "memory")
            int h(int);
            int e(int x) { ALTERNATIVE("", "mfence", 4); return h(x); }
            int f(int x) { ALTERNATIVE("", "lfence", 5); return h(x); }
            int g(int x) { ALTERNATIVE("", "lfence", 6); return h(x); }
            """;

    @Test
    @Row("118")
    void alternativeForTheOtherCase() {
        Output output = changesF(ALTERNATIVE, ALTERNATIVE.replace("\"lfence\", 5", "\"lfence\", 0x10005"));
        assertThat(output.size(".altinstructions")).isEqualTo(14);
        assertThat(output.section(".altinstructions").bytes().at(10))
                .as("ALT_FLAG_NOT")
                .isEqualTo(1);
    }

    @Test
    @Row("118")
    void otherReplacement() {
        changesF(ALTERNATIVE, ALTERNATIVE.replace("\"lfence\", 5", "\"sfence\", 5"));
    }

    private static final String STATIC_CALL = """
            #define STATIC_CALL(name, flags) asm volatile("1: call __SCT__" #name "\\n.pushsection .static_call_sites,\\"aw\\"\\n" \\
                ".long 1b - ., __SCK__" #name " + " #flags " - .\\n.popsection" ::: "memory")
            int h(int);
            int f(int x) { STATIC_CALL(one, FLAGS); return h(x); }
            int g(int x) { STATIC_CALL(one, 0); return h(x) + 3; }
            """;

    @Test
    @Row("119")
    void otherStaticCall() {
        String source = STATIC_CALL.replace("FLAGS", "0");
        Output output = changesF(source, source.replaceFirst("STATIC_CALL\\(one, 0\\)", "STATIC_CALL(two, 0)"));
        assertThat(output.size(".static_call_sites")).isEqualTo(8);
        assertThat(output.klp()).contains(".static_call_sites: vmlinux.__SCK__two,0");
    }

    @Test
    @Row("119")
    void otherKindOfStaticCall() {
        changesF(STATIC_CALL.replace("FLAGS", "0"), STATIC_CALL.replace("FLAGS", "1"));
    }

    private static final String EXCEPTION = """
            int h(int);
            int f(int x) {
                asm volatile("1: movl (%%rdi), %%eax\\n2:\\n.pushsection __ex_table,\\"a\\"\\n.balign 4\\n.long 1b - ., 2b - ., TYPE\\n.popsection" ::: "rax");
                return h(x);
            }
            int g(int x) {
                asm volatile("1: movl (%%rdi), %%eax\\n2:\\n.pushsection __ex_table,\\"a\\"\\n.balign 4\\n.long 1b - ., 2b - ., 3\\n.popsection" ::: "rax");
                return h(x) + 3;
            }
            """;

    @Test
    @Row("120")
    void otherTypeOfAnException() {
        Output output = changesF(EXCEPTION.replace("TYPE", "3"), EXCEPTION.replace("TYPE", "17"));
        assertThat(output.size("__ex_table")).isEqualTo(12);
        assertThat(output.section("__ex_table").bytes().at(8)).isEqualTo(17);
    }

    /** {@code EX_TYPE_IMM_REG}: the type's upper half is what the register gets. */
    @Test
    @Row("120")
    void otherValueAfterAnException() {
        changesF(EXCEPTION.replace("TYPE", "0xfff20011"), EXCEPTION.replace("TYPE", "0xffea0011"));
    }

    private static final String BRANCH = """
            int h(int), i(int);
            extern int key;
            int f(int x) {
                asm goto("1: .byte 0x0f,0x1f,0x44,0x00,0x00\\n.pushsection __jump_table,\\"aw\\"\\n.balign 8\\n"
                    ".long 1b - ., %l[one] - .\\n.quad key + LIKELY - .\\n.popsection" :::: one);
                return h(x);
            one:
                return i(x);
            }
            """;

    @Test
    @Row("121")
    void branchThatIsLikelyNow() {
        Output output = changesF(BRANCH.replace("LIKELY", "0"), BRANCH.replace("LIKELY", "1"));
        assertThat(output.size("__jump_table")).isEqualTo(16);
        assertThat(output.klp()).contains("__jump_table: vmlinux.key,0");
    }

    private static final String CONSTANTS = """
            #define POINTER(sym) ({ unsigned long __ret; asm("mov %1,%0\\n1:\\n.pushsection runtime_ptr_" #sym ",\\"a\\"\\n\\t" \\
                ".long 1b - %c2 - .\\n.popsection" : "=r" (__ret) : "i" (0x0123456789abcdefull), "i" (sizeof(long))); __ret; })
            #define SHIFT(val, sym) ({ unsigned __ret = (val); asm("shrl $12,%k0\\n1:\\n.pushsection runtime_shift_" #sym ",\\"a\\"\\n\\t" \\
                ".long 1b - 1 - .\\n.popsection" : "+r" (__ret)); __ret; })
            int h(int);
            int f(unsigned long x) { return x < POINTER(key) ? h(x) + 1 : 0; }
            int g(unsigned x) { return h(SHIFT(x, key)) + 3; }
            """;

    @Test
    @Row("122")
    void runtimeConstantIsReadFromItsVariable() {
        Output output = scenario(CONSTANTS, CONSTANTS.replace("h(x) + 1", "h(x) + 2"), "f")
                .exporting("key\tvmlinux")
                .changed()
                .changes("f");
        assertPadded(output, "f");
        assertThat(output.relocations(".text.f")).anyMatch(relocation -> relocation.startsWith("key-4 at "));
    }

    @Test
    @Row("122")
    void runtimeConstantWithoutAnotherForm() {
        assertThat(scenario(CONSTANTS, CONSTANTS.replace("+ 3", "+ 4"), "f")
                        .assertRejected(ProblemCode.RUNTIME_CONSTANT))
                .singleElement()
                .satisfies(problem -> assertThat(problem.where()).contains("symbol g"));
    }

    private static final String SEALED = """
            typedef int fn(int);
            void later(fn *);
            int h(int);
            int sealed(int x) { return h(x) + 9; }
            int f(int x) { return sealed(x) + 1; }
            """;

    @Test
    @Row("123")
    void sealedFunctionNeedsAWrapper() {
        String taking = SEALED.replace("{ return sealed(x)", "{ later(sealed); return sealed(x)");
        assertThat(scenario(SEALED, taking, "f").branchTargets(1L).assertRejected(ProblemCode.BRANCH_TARGET_SEALED))
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.cure()).contains("Add a function to the patch that calls sealed"));
        String wrapping = SEALED.replace(
                "int f(int x) {", "static int wrapper(int x) { return sealed(x); }\nint f(int x) { later(wrapper);");
        Output output =
                scenario(SEALED, wrapping, "f").branchTargets(1L).changed().adds("wrapper");
        assertPadded(output, "f");
        assertThat(output.section(".text.wrapper").bytes().slice(16, 20)).isEqualTo(ENDBR64);
    }
}
