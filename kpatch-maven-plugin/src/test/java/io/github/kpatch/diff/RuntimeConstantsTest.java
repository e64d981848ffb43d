package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.problem.ProblemCode;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Constants that the kernel writes into its instructions at boot, by the macros of {@code asm/runtime-const.h}. */
class RuntimeConstantsTest {
    private static final String MACROS = """
            #define POINTER(sym) ({ typeof(sym) __ret; asm("mov %1,%0\\n1:\\n.pushsection runtime_ptr_" #sym ",\\"a\\"\\n\\t" \\
                ".long 1b - %c2 - .\\n.popsection" : "=r" (__ret) : "i" (PLACEHOLDER), "i" (sizeof(long))); __ret; })
            #define SHIFT(val, sym) ({ unsigned __ret = (val); asm("shrl $12,%k0\\n1:\\n.pushsection runtime_shift_" #sym ",\\"a\\"\\n\\t" \\
                ".long 1b - 1 - .\\n.popsection" : "+r" (__ret)); __ret; })
            #ifndef PLACEHOLDER
            #define PLACEHOLDER 0x0123456789abcdefull
            #endif
            """;

    private static final String LIMIT = MACROS + """
            extern unsigned long limit;
            int h(unsigned long);
            int f(unsigned long p) { if (BEFORE) return -1; return p < POINTER(limit) ? h(p) + 1 : 0; }
            int g(unsigned long p) { return p < POINTER(limit) ? h(p) + 3 : 0; }
            """;

    private static final String UNTOUCHED = LIMIT.replace("if (BEFORE) return -1;", "");

    /** Where the code reads {@code variable}: that the instruction is a load into a register and three bytes are idle. */
    private static void assertReads(Output output, String section, String reference) {
        String found = output.relocations(section).stream()
                .filter(entry -> entry.startsWith(reference + "-4 at "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(output.relocations(section)));
        int field = Integer.parseInt(found.substring(found.lastIndexOf(' ') + 1));
        Bytes code = output.section(section).bytes();
        assertThat(code.at(field - 3) & 0xfb).as("REX").isEqualTo(0x48);
        assertThat(code.at(field - 2)).as("opcode").isEqualTo(0x8b);
        assertThat(code.at(field - 1) & 0xc7)
                .as("relative to the next instruction")
                .isEqualTo(0x05);
        assertThat(code.slice(field, field + 7)).isEqualTo(Bytes.copyOf(new byte[] {0, 0, 0, 0, 0x0f, 0x1f, 0}));
    }

    private static boolean holdsPlaceholder(Output output, String section) {
        Bytes code = output.section(section).bytes();
        for (int at = 0; at + 8 <= code.size(); at++) {
            if (code.slice(at, at + 8).buffer(ByteOrder.LITTLE_ENDIAN).getLong(0) == 0x0123456789abcdefL) {
                return true;
            }
        }
        return false;
    }

    @Test
    void pointerIsReadFromTheVariable() {
        Output output = Scenario.of(UNTOUCHED, UNTOUCHED.replace("+ 1", "+ 2"))
                .exporting("limit\tvmlinux")
                .changed();
        output.changes("f");
        assertReads(output, ".text.f", "limit");
        assertThat(holdsPlaceholder(output, ".text.f")).isFalse();
        assertThat(output.object().sections())
                .noneMatch(section -> section.name().contains("runtime_"));
    }

    @Test
    void placeThatMovedWithItsFunction() {
        Output output = Scenario.of(UNTOUCHED, LIMIT.replace("BEFORE", "p == 7"))
                .exporting("limit\tvmlinux")
                .changed();
        output.changes("f");
        assertReads(output, ".text.f", "limit");
    }

    @Test
    void unexportedVariableIsFoundByLivepatch() {
        Output output = Scenario.of(UNTOUCHED, UNTOUCHED.replace("+ 1", "+ 2"))
                .entry("ffffffff82000000 8 OBJECT GLOBAL limit")
                .changed();
        assertThat(output.klp()).contains(".text.f: vmlinux.limit,0");
    }

    @Test
    void variableOfTheFileIsTheKernelsOne() {
        String source = UNTOUCHED.replace(
                "extern unsigned long limit;",
                "static unsigned long limit; unsigned long get(void) { return limit; } void set(unsigned long v) { limit = v; }");
        Output output = Scenario.of(source, source.replace("+ 1", "+ 2")).changed();
        output.changes("f");
        assertThat(output.klp()).contains(".text.f: vmlinux.limit,1");
        assertThat(output.defines("limit")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rax", "rcx", "rbx", "rsi", "rdi", "r8", "r9", "r12", "r13", "r15"})
    void inAnyRegister(String register) {
        String source = LIMIT.replace(
                "int f(unsigned long p) { if (BEFORE) return -1; return p < POINTER(limit) ? h(p) + 1 : 0; }",
                "unsigned long f(void) { register unsigned long r asm(\"" + register + "\") = POINTER(limit);"
                        + " asm(\"\" : \"+r\" (r)); return r + 1; }");
        Output output = Scenario.of(source, source.replace("r + 1", "r + 2"))
                .exporting("limit\tvmlinux")
                .changed();
        output.changes("f");
        assertReads(output, ".text.f", "limit");
    }

    @Test
    void nothingChanged() {
        Scenario.of(UNTOUCHED, UNTOUCHED).exporting("limit\tvmlinux").assertUnchanged();
    }

    private static final String WIDTH = MACROS + """
            extern unsigned width;
            unsigned h(unsigned);
            unsigned f(unsigned x) { return h(SHIFT(x, width)) + 1; }
            unsigned g(unsigned x) { return h(x) + 3; }
            """;

    @Test
    void shiftsHaveNoOtherForm() {
        assertThat(Scenario.of(WIDTH, WIDTH.replace("+ 1", "+ 2")).assertRejected(ProblemCode.RUNTIME_CONSTANT))
                .singleElement()
                .satisfies(problem -> assertThat(problem.where()).contains("symbol f"));
    }

    @Test
    void shiftsOfFunctionsThatStayDoNotMatter() {
        Scenario.of(WIDTH, WIDTH.replace("+ 3", "+ 4")).changed().changes("g");
    }

    @Test
    void movedShiftIsRefusedByName() {
        Scenario.of(WIDTH, WIDTH.replace("return h(SHIFT", "if (x == 7) return 0; return h(SHIFT"))
                .assertRejected(ProblemCode.RUNTIME_CONSTANT);
    }

    @Test
    void instructionThatIsNotTheMacros() {
        Scenario.of(UNTOUCHED, UNTOUCHED.replace("+ 1", "+ 2"))
                .flags("-DPLACEHOLDER=0x0123456789abcdeeull")
                .exporting("limit\tvmlinux")
                .assertRejected(ProblemCode.RUNTIME_CONSTANT);
    }

    @Test
    void listWithoutReferences() {
        String source = UNTOUCHED + "asm(\".pushsection runtime_ptr_limit,\\\"a\\\"\\n.long 0\\n.popsection\");\n";
        Scenario.of(source, source.replace("+ 1", "+ 2"))
                .exporting("limit\tvmlinux")
                .assertError(ProblemCode.SPECIAL_SECTION_INVALID);
    }
}
