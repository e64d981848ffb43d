package io.github.kpatch.diff;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.testing.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A moved line is no change, and anything that could be one is. */
class LineNumbersTest {
    private static final String WARNING = """
            void CALLEE(const char *, int);
            int f(int x) { if (x) CALLEE("unit.c", LINE); return x; }
            """;

    private static Scenario scenario(String source) {
        return Scenario.of(source.replace("LINE", "1070"), source.replace("LINE", "1071"));
    }

    @Test
    @Row("56")
    void lineOfAWarning() {
        scenario(WARNING.replace("CALLEE", "warn_slowpath_null")).assertUnchanged();
    }

    @Test
    @Row("57")
    void sameNumberForAnotherFunction() {
        scenario(WARNING.replace("CALLEE", "somebody")).changed().changes("f");
    }

    @Test
    @Row("60")
    void lineThatFeedsArithmetic() {
        scenario("""
                void warn_slowpath_null(const char *, int);
                int f(int x) { if (x) warn_slowpath_null("unit.c", LINE); return x * LINE; }
                """).changed().changes("f");
    }

    @ParameterizedTest
    @ValueSource(strings = {"printk", "_printk", "__warn_printk"})
    @Row("111")
    void numberThatIsPrinted(String callee) {
        scenario(WARNING.replace("CALLEE", callee)).changed().changes("f");
    }

    @Test
    @Row("111")
    void numberThatIsPrintedByACallOfPrintk() {
        scenario("int _printk(const char *, ...);\nint f(int x) { if (x) _printk(\"%d\", LINE); return x; }")
                .changed()
                .changes("f");
    }

    @Test
    @Row("112")
    void lineWhereThePluginKeepsLines() {
        scenario(WARNING.replace("CALLEE", "warn_slowpath_null"))
                .keepingLines()
                .changed()
                .changes("f");
    }

    @Test
    void taintIsNoLine() {
        scenario("""
                void warn_slowpath_fmt(const char *, int, unsigned, const char *);
                int f(int x) { if (x) warn_slowpath_fmt("unit.c", 7, LINE, "text"); return x; }
                """).changed().changes("f");
        scenario("""
                void __btrfs_abort_transaction(void *, const char *, unsigned, int);
                int f(void *x) { if (x) __btrfs_abort_transaction(x, "f", LINE, -5); return 1; }
                """).assertUnchanged();
        scenario("""
                void lockdep_rcu_suspicious(const char *, int, const char *);
                void other(int, int, int);
                int f(void *x) { if (x) lockdep_rcu_suspicious("f", 7, (char *)LINE); return 1; }
                """).changed().changes("f");
    }

    @Test
    void lineInAnotherRegister() {
        scenario("""
                void warn_slowpath_null(const char *, int, int, int);
                int f(int x) { if (x) warn_slowpath_null("unit.c", 1, 2, LINE); return x; }
                """).changed().changes("f");
    }

    @Test
    void stringsAndOnceFlagsAreLookedPast() {
        scenario("""
                void warn_slowpath_fmt(const char *, int, const char *);
                int f(int x) {
                    static int __warned __attribute__((section(".data.once")));
                    if (x && !__warned) { __warned = 1; warn_slowpath_fmt("unit.c", LINE, "text"); }
                    return x;
                }
                """).assertUnchanged();
    }

    @Test
    @Row("58")
    void lineInBugTable() {
        String source = """
                int g(int);
                int f(int x) {
                    if (x > 3)
                        asm volatile("1: ud2\\n.pushsection __bug_table,\\"aw\\"\\n2: .long 1b - ., 0\\n.word LINE, 0\\n.popsection");
                    return g(x) + 1;
                }
                """;
        Scenario.of(source.replace("LINE", "70"), source.replace("LINE", "71")).assertUnchanged();
        Scenario.of(source.replace("LINE", "70"), source.replace("LINE", "71").replace("+ 1", "+ 2"))
                .changed()
                .changes("f");
    }

    @Test
    @Row("84")
    void sizeOfBugEntryUnknown() {
        String source = """
                int g(int);
                int f(int x) {
                    asm volatile("1: ud2\\n.pushsection __bug_table,\\"aw\\"\\n2: .long 1b - ., 0\\n.word 5, 0\\n.popsection");
                    return g(x) + 1;
                }
                """;
        Scenario.of(source, source.replace("+ 1", "+ 2"))
                .sizes("alt_instr=12")
                .assertError(ProblemCode.STRUCT_SIZES_MISSING);
    }
}
