package io.github.kpatch.livepatch;

import static io.github.kpatch.livepatch.ModuleFolder.X86;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Units compiled from C, one of which calls another. */
class CheckReachTest {
    private static final String CALLER = "int fresh(void); int old(void) { return fresh() + 1; }";
    private static final String CALLEE = "int fresh(void) { return 3; }";

    @TempDir
    Path folder;

    private ModuleFolder module;

    @BeforeEach
    void setUp() {
        module = new ModuleFolder(folder);
    }

    private PatchUnit caller(String parent) {
        return module.unitOf("caller", parent, CALLER, List.of("old"), List.of());
    }

    private PatchUnit callee(String parent, String... waiting) {
        return module.unitOf("callee", parent, CALLEE, List.of(), List.of(waiting));
    }

    private static void refused(PatchUnit... units) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> CheckReach.check(List.of(units), X86))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(ProblemException.Kind.FINDINGS))
                .satisfies(e -> assertThat(e.problems())
                        .extracting(Problem::code)
                        .containsExactly(ProblemCode.OTHER_OBJECT_NEEDED))
                .withMessageContaining("fs/caller.o: old")
                .withMessageContaining("while some_mod is not loaded");
    }

    @Test
    void vmlinuxMayNotCallCodeThatWaitsForAModule() {
        refused(caller("vmlinux"), callee("some_mod", "fresh"));
        refused(callee("some_mod", "fresh"), caller("vmlinux"));
    }

    @Test
    void aModuleMayNotCallCodeThatWaitsForAnotherModule() {
        refused(caller("other_mod"), callee("some_mod", "fresh"));
    }

    @Test
    void norByWayOfCodeThatWaitsForNothing() {
        PatchUnit between = module.unitOf(
                "callee",
                "some_mod",
                "static int __attribute__((noinline)) inner(void) { asm(\"\"); return 3; } int fresh(void) { return inner() + 1; }",
                List.of(),
                List.of("inner"));
        refused(caller("vmlinux"), between);

        PatchUnit elsewhere = module.unitOf(
                "between", "vmlinux", "int last(void); int fresh(void) { return last() + 1; }", List.of(), List.of());
        PatchUnit last = module.unitOf("last", "some_mod", "int last(void) { return 3; }", List.of(), List.of("last"));
        refused(caller("vmlinux"), elsewhere, last);
    }

    @Test
    void norKeepItsAddress() {
        PatchUnit pointer = module.unitOf(
                "caller",
                "vmlinux",
                "int fresh(void); static int (*volatile pointer)(void) = fresh; int old(void) { return pointer(); }",
                List.of("old"),
                List.of());
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> CheckReach.check(List.of(pointer, callee("some_mod", "fresh")), X86))
                .withMessageContaining("KP516")
                .withMessageContaining("fresh");
    }

    @Test
    void whatIsRelocatedByThenMayBeCalled() {
        CheckReach.check(List.of(caller("some_mod"), callee("some_mod", "fresh")), X86);
        CheckReach.check(List.of(caller("some_mod"), callee("vmlinux", "fresh")), X86);
        CheckReach.check(List.of(caller("vmlinux"), callee("vmlinux", "fresh")), X86);
    }

    @Test
    void whatWaitsForNothingMayBeCalled() {
        CheckReach.check(List.of(caller("vmlinux"), callee("some_mod")), X86);
    }

    /** A unit that names no object has no code that runs by itself. */
    @Test
    void aUnitOfTheSameModuleThatReplacesNothingMayStandBetween() {
        PatchUnit between = module.unitOf(
                "between", "some_mod", "int last(void); int fresh(void) { return last() + 1; }", List.of(), List.of());
        PatchUnit last = module.unitOf("last", "some_mod", "int last(void) { return 3; }", List.of(), List.of("last"));
        CheckReach.check(List.of(caller("some_mod"), between, last), X86);
    }
}
