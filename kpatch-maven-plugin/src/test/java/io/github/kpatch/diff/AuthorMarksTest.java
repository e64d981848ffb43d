package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.testing.Row;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What the patch's author can say with macros. */
class AuthorMarksTest {
    private static final String SOURCE = """
            int d = 4;
            int g(int);
            int f(int x) { return g(x) + 1; }
            """;

    private static final String CALLBACK = """
            struct klp_object;
            struct callback { int (*run)(struct klp_object *); char *name; };
            static int before(struct klp_object *object) { return g(7); }
            static struct callback __UNIQUE_ID_hook __attribute__((used, section(".kpatch.callbacks.pre_patch"))) = {before};
            """;

    @Test
    @Row("89")
    void callbackAlone() {
        Output output = Scenario.of(SOURCE, SOURCE + CALLBACK).changed();
        output.changes().adds("before");
        assertThat(output.outcome().callbacks()).containsExactly("pre_patch");
        assertThat(output.relocations(".kpatch.callbacks.pre_patch"))
                .containsExactly("before+0 at 0", ".kpatch.strings+0 at 8");
        assertThat(output.symbol("__UNIQUE_ID_hook")).isEmpty();
    }

    @Test
    void twoCallbacksOfAKind() {
        Scenario.of(SOURCE, SOURCE + CALLBACK + """
                static struct callback __UNIQUE_ID_hook2
                    __attribute__((used, section(".kpatch.callbacks.pre_patch"))) = {before};
                """).assertRejected(ProblemCode.CALLBACK_INVALID);
    }

    @Test
    void callbackOfAKindThatDoesNotExist() {
        Scenario.of(SOURCE, SOURCE + CALLBACK.replace("pre_patch", "in_patch"))
                .assertRejected(ProblemCode.CALLBACK_INVALID);
    }

    @Test
    void callbackWithoutAFunction() {
        Scenario.of(SOURCE, SOURCE + CALLBACK.replace("{before}", "{0}")).assertRejected(ProblemCode.CALLBACK_INVALID);
    }

    @Test
    void callbackThatIsNoPointer() {
        String relative = CALLBACK.substring(0, CALLBACK.indexOf("static struct"))
                + "asm(\".pushsection .kpatch.callbacks.pre_patch,\\\"aw\\\"\\n.quad g - ., 0\\n.popsection\");";
        Scenario.of(SOURCE, SOURCE + relative).assertRejected(ProblemCode.CALLBACK_INVALID);
    }

    @Test
    void functionOfTheKernelAsCallback() {
        assertThat(Scenario.of(SOURCE, SOURCE + CALLBACK.replace("{before}", "{f}"))
                        .assertRejected(ProblemCode.CALLBACK_INVALID)
                        .get(0)
                        .what())
                .contains("callback f is a function of the running kernel");
    }

    private static String ignoring(String section) {
        return "char *__UNIQUE_ID_kpatch_ignore_section_1 __attribute__((section(\".kpatch.ignore.sections\"))) = \""
                + section + "\";\n";
    }

    @Test
    @Row("90")
    void changedDataIgnored() {
        Output output = Scenario.of(SOURCE, SOURCE.replace("= 4", "= 5").replace("+ 1", "+ 2") + ignoring(".data.d"))
                .changed();
        output.changes("f");
        assertThat(output.symbol("__UNIQUE_ID_kpatch_ignore_section_1")).isEmpty();
        assertThat(output.hasSection(".data.d")).isFalse();
    }

    @Test
    void ignoredSectionWhoseHeaderChangedIsRefusedAllTheSame() {
        String shared = "__attribute__((section(\"mysec\"))) int x = 1;\n";
        Scenario.of(
                        shared + SOURCE,
                        shared.replace("int x", "const int x") + SOURCE.replace("+ 1", "+ 2") + ignoring("mysec"))
                .assertRejected(ProblemCode.DATA_CHANGED);
        Scenario.of(shared + SOURCE, shared.replace("= 1", "= 2") + SOURCE.replace("+ 1", "+ 2") + ignoring("mysec"))
                .changed()
                .changes("f");
    }

    @Test
    @Row("90")
    void unknownSectionIgnored() {
        assertThat(Scenario.of(SOURCE, SOURCE + ignoring(".data.nothing"))
                        .assertRejected(ProblemCode.AUTHOR_MARK_INVALID)
                        .get(0)
                        .what())
                .contains(".data.nothing");
    }

    private static String ignoringFunction(String function) {
        return "void *__kpatch_ignore_func_" + function + " __attribute__((section(\".kpatch.ignore.functions\"))) = "
                + function + ";\n";
    }

    @Test
    @Row("91")
    void changedFunctionIgnored() {
        Scenario.of(SOURCE, SOURCE.replace("+ 1", "+ 2") + ignoringFunction("f"))
                .assertUnchanged();
    }

    @Test
    @Row("91")
    void unchangedFunctionIgnored() {
        DiffOutcome outcome =
                Scenario.of(SOURCE, SOURCE + ignoringFunction("f")).run();
        assertThat(((DiffOutcome.Unchanged) outcome).warnings())
                .extracting(Problem::code)
                .containsExactly(ProblemCode.IGNORED_FUNCTION_UNCHANGED);
    }

    @Test
    void somethingThatIsNoFunctionIgnored() {
        Scenario.of(
                        SOURCE,
                        SOURCE + "void *__kpatch_ignore_func_d "
                                + "__attribute__((section(\".kpatch.ignore.functions\"))) = &d;\n")
                .assertRejected(ProblemCode.AUTHOR_MARK_INVALID);
    }

    @Test
    @Row("92")
    void ignoredFunctionWithChangedColdPiece() {
        String source = """
                __attribute__((cold)) void warn(int);
                int f(int x) { if (x > 4) { warn(x + 1); return -1; } return x; }
                """;
        Scenario.of(source, source.replace("x + 1", "x + 2") + ignoringFunction("f"))
                .assertUnchanged();
    }

    private static String forcing(String function) {
        return "void *__kpatch_force_func_" + function + " __attribute__((section(\".kpatch.force\"))) = " + function
                + ";\n";
    }

    @Test
    @Row("93")
    void changedFunctionForced() {
        Output output =
                Scenario.of(SOURCE, SOURCE.replace("+ 1", "+ 2") + forcing("f")).changed();
        output.changes("f");
        assertThat(output.relocations(".kpatch.force")).containsExactly("f+0 at 0");
        assertThat(output.symbol("__kpatch_force_func_f")).isEmpty();
    }

    @Test
    @Row("93")
    void unchangedFunctionForced() {
        String two = SOURCE + "int e(int x) { return g(x) - 1; }\n";
        Output output =
                Scenario.of(two, two.replace("+ 1", "+ 2") + forcing("e")).changed();
        output.changes("f");
        assertThat(output.klp()).contains(".kpatch.force: vmlinux.e,0");
    }

    @Test
    void forceAloneIsNoChange() {
        Scenario.of(SOURCE, SOURCE + forcing("f")).assertUnchanged();
    }

    @Test
    @Row("94")
    void onlyNamespacesOfModuleInformationStay() {
        String information = """
                asm(".pushsection .modinfo,\\"a\\"\\n.asciz \\"license=GPL\\"\\n.asciz \\"unit.import_ns=ONE\\"\\n"
                    ".asciz \\"import_ns=TWO\\"\\n.popsection");
                """;
        Output output = Scenario.of(SOURCE + information, SOURCE.replace("+ 1", "+ 2") + information)
                .changed();
        assertThat(new String(output.section(".modinfo").bytes().toArray(), StandardCharsets.US_ASCII))
                .isEqualTo("import_ns=ONE\0import_ns=TWO\0");
    }

    @Test
    void bodyOfASystemCallIsNew() {
        String source = """
                long __do_sys_x(long a);
                ATTRIBUTE static inline long BODY(long a) { return a + 1; }
                long __x64_sys_x(long *regs) { return BODY(regs[0]); }
                """;
        Scenario.of(
                        source.replace("BODY", "__do_sys_x1").replace("ATTRIBUTE", ""),
                        source.replace("BODY", "__kpatch_do_sys_x1")
                                .replace("ATTRIBUTE", "")
                                .replace("+ 1", "+ 2"))
                .changed()
                .changes("__x64_sys_x");
    }
}
