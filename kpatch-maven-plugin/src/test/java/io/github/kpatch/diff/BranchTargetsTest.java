package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.testing.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pointers to functions in kernels that track indirect branches. */
class BranchTargetsTest {
    private static final String SOURCE = """
            typedef int fn(int);
            void later(fn *);
            int h(int);
            static __attribute__((noinline)) int local(int x) { return h(x) * 5 + 3; }
            int global(int x) { return h(x) + 9; }
            int f(int x) { return local(x) + global(x); }
            OTHERS
            """;

    private static Scenario taking(String taken, String others) {
        String source = SOURCE.replace("OTHERS", others);
        return Scenario.of(source, source.replace("{ return local(x)", "{ " + taken + " return local(x)"))
                .flags("-fcf-protection=branch");
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "global"})
    void functionCalledByNameOnly(String function) {
        assertThat(taking("later(" + function + ");", "").assertRejected(ProblemCode.BRANCH_TARGET_SEALED))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.what()).contains("address of " + function);
                    assertThat(problem.where()).contains(".text.f");
                });
    }

    @Test
    void functionThatIsNotOfThisFile() {
        taking("{ extern fn elsewhere; later(elsewhere); }", "")
                .entry("ffffffff82000000 16 FUNC GLOBAL elsewhere")
                .assertRejected(ProblemCode.BRANCH_TARGET_SEALED);
    }

    @Test
    void addressInNewData() {
        String source = SOURCE.replace("OTHERS", "");
        Scenario.of(
                        source,
                        source.replace(
                                "int f(int x) {",
                                "static fn *volatile const table[] = { global, h };\nint f(int x) { later(table[x & 1]);"))
                .flags("-fcf-protection=branch")
                .entry("ffffffff82000000 16 FUNC GLOBAL h")
                .assertRejected(ProblemCode.BRANCH_TARGET_SEALED);
    }

    @Test
    void exportedFunctionsKeepTheirMark() {
        taking("later(global);", "").exporting("global\tvmlinux").changed().changes("f");
    }

    @Test
    void functionWhoseAddressTheFileTakesAlready() {
        taking("later(global);", "fn *hook = global;").changed().changes("f");
        taking("later(global);", "void g(void) { later(global); }").changed().changes("f");
    }

    @Test
    @Row("117")
    void functionThatTheKernelIsKnownToLetBranchesLandAt() {
        String use = "{ extern fn elsewhere; later(elsewhere); }";
        String entry = "ffffffff82000000 16 FUNC GLOBAL elsewhere";
        taking(use, "")
                .entry(entry)
                .branchTargets(0xffffffff82000000L)
                .changed()
                .changes("f");
        assertThat(taking(use, "")
                        .entry(entry)
                        .branchTargets(0xffffffff82000010L)
                        .assertRejected(ProblemCode.BRANCH_TARGET_SEALED))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.what()).contains("address of elsewhere");
                    assertThat(problem.cure()).contains("Add a function to the patch that calls elsewhere");
                });
    }

    @Test
    void functionOfThePatchedFileWhichOthersTakeTheAddressOf() {
        Scenario scenario = taking("later(global);", "");
        long address = scenario.target(scenario.compileOriginal())
                .symbols()
                .globalsNamed("global")
                .get(0)
                .value();
        scenario.branchTargets(address).changed().changes("f");
    }

    @Test
    void callsTakeNoAddress() {
        taking("global(x + 1);", "").changed().changes("f");
        taking("if (x == 3) return global(x + 1);", "").changed().changes("f");
    }

    @Test
    void newFunctionsBringTheirMark() {
        String source = SOURCE.replace("OTHERS", "");
        Scenario.of(
                        source,
                        source.replace(
                                "int f(int x) {",
                                "static int wrapper(int x) { return global(x); }\nint f(int x) { later(wrapper);"))
                .flags("-fcf-protection=branch")
                .changed()
                .adds("wrapper");
    }

    @Test
    void kernelsThatDoNotTrackBranches() {
        String source = SOURCE.replace("OTHERS", "");
        Scenario.of(source, source.replace("{ return local(x)", "{ later(global); return local(x)"))
                .changed()
                .changes("f");
    }
}
