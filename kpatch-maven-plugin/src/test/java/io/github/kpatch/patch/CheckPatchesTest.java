package io.github.kpatch.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.SmallDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole series against small trees, with the real GNU patch. */
class CheckPatchesTest {
    @TempDir
    Path work;

    private Path tree;
    private Path patches;
    private int runs;
    private final List<String> commands = new ArrayList<>();

    @BeforeEach
    void layOutTree() throws IOException {
        tree = Files.createDirectory(work.resolve("tree"));
        patches = Files.createDirectory(work.resolve("patches"));
        source("fs/a.c", numbered(1, 60));
        source("net/core/b.c", numbered(100, 140));
    }

    @Test
    void appliesEachPatchOnTopOfTheOnesBefore() throws IOException {
        patch("0002-then.patch", changing("fs/a.c", 20, "first", "second"));
        patch(
                "0001-first.diff",
                changing("fs/a.c", 20, "line 20", "first") + changing("net/core/b.c", 5, "line 104", "x"));
        Map<String, String> before = contents(tree);

        CheckedSeries checked = check();

        assertThat(checked.files()).containsExactly("fs/a.c", "net/core/b.c");
        assertThat(checked.patches())
                .extracting(CheckedSeries.Patch::name)
                .containsExactly("0001-first.diff", "0002-then.patch");
        assertThat(checked.warnings()).isEmpty();
        assertThat(contents(checked.patched()))
                .isEqualTo(Map.of(
                        "fs/a.c", numbered(1, 60).replace("line 20\n", "second\n"),
                        "net/core/b.c", numbered(100, 140).replace("line 104\n", "x\n")));
        assertThat(contents(tree)).isEqualTo(before);
        assertThat(commands).hasSize(2);
    }

    @Test
    void namesEveryHunkThatFailsWithWhatWasExpectedAndFound() throws IOException {
        patch(
                "a.patch",
                header("fs/a.c")
                        + hunk(10, "line 10", "line eleven", "ten")
                        + hunk(20, "line 20", "line 21", "x")
                        + hunk(30, "line 30", "\tline 31", "y"));
        patch("b.patch", changing("net/core/b.c", 200, "nowhere", "x"));

        ProblemException problem = refusal();

        assertThat(problem.kind()).isEqualTo(ProblemException.Kind.FINDINGS);
        assertThat(problem.problems())
                .extracting(Problem::code, Problem::where, Problem::what)
                .containsExactly(
                        tuple(
                                ProblemCode.PATCH_DOES_NOT_APPLY,
                                "a.patch:3 fs/a.c hunk #1",
                                "The hunk does not fit: line 11 should be \"line eleven\" but is \"line 11\"."),
                        tuple(
                                ProblemCode.PATCH_DOES_NOT_APPLY,
                                "a.patch:11 fs/a.c hunk #3",
                                "The hunk does not fit: line 31 should be \"\\tline 31\" but is \"line 31\"."),
                        tuple(
                                ProblemCode.PATCH_DOES_NOT_APPLY,
                                "b.patch:3 net/core/b.c hunk #1",
                                "The hunk does not fit: line 200 should be \"nowhere\" but is beyond the end of the file."));
    }

    @Test
    void warnsOfOffsetAndFuzzAndCountsLaterFailuresFromThere() throws IOException {
        source("fs/a.c", "new\nnew\n" + numbered(1, 60));
        String hunks = """
                @@ -9,3 +9,3 @@
                 line 9
                -line 10
                +ten
                 line 11
                @@ -19,4 +19,4 @@
                 was 19
                -line 20
                +twenty
                 line 21
                 line 22
                @@ -29,3 +29,3 @@
                 line 29
                -line thirty
                +30
                 line 31
                """;
        patch("a.patch", header("fs/a.c") + hunks.substring(0, hunks.indexOf("@@ -29")));

        assertThat(check().warnings())
                .extracting(Problem::toString)
                .containsExactly(
                        "KP306 a.patch:3 fs/a.c hunk #1: The hunk fits with an offset of 2 lines. Check that the hunk landed"
                                + " in the right place, and refresh the patch.",
                        "KP306 a.patch:8 fs/a.c hunk #2: The hunk fits with an offset of 2 lines and fuzz 2. Check that the"
                                + " hunk landed in the right place, and refresh the patch.");

        patch("a.patch", header("fs/a.c") + hunks);
        assertThat(refusal().problems())
                .extracting(Problem::where, Problem::what)
                .containsExactly(tuple(
                        "a.patch:14 fs/a.c hunk #3",
                        "The hunk does not fit: line 32 should be \"line thirty\" but is \"line 30\"."));
    }

    @Test
    void refusesMoreFuzzThanAllowed() throws IOException {
        patch("a.patch", header("fs/a.c") + "@@ -9,3 +9,3 @@\n was 9\n-line 10\n+ten\n line 11\n");

        assertThat(check(1).warnings()).extracting(Problem::code).containsExactly(ProblemCode.PATCH_FUZZ);
        assertThat(refusal(0).problems()).extracting(Problem::code).containsExactly(ProblemCode.PATCH_DOES_NOT_APPLY);
        assertThat(refusal(-1).problems()).extracting(Problem::code).containsExactly(ProblemCode.PARAMETER_INVALID);
    }

    @Test
    void refusesAnInsertionWhoseWholeContextIsFuzz() throws IOException {
        patch("a.patch", header("fs/a.c") + "@@ -9,2 +9,3 @@\n was 9\n+new\n was 10\n");

        assertThat(refusal().problems())
                .extracting(Problem::code, Problem::what)
                .containsExactly(tuple(
                        ProblemCode.PATCH_DOES_NOT_APPLY,
                        "With fuzz 1 nothing of the hunk's context is left to check its place by."));
    }

    @Test
    void saysOfEachHunkWhenItIsInTheFileAlready() throws IOException {
        source("fs/a.c", numbered(1, 60).replace("line 10\n", "ten\nmore\n").replace("line 20\n", "twenty\n"));
        patch(
                "a.patch",
                header("fs/a.c") + "@@ -10 +10,2 @@\n-line 10\n+ten\n+more\n@@ -20 +21 @@\n-line 20\n+twenty\n");

        assertThat(refusal().problems())
                .extracting(Problem::what, Problem::cure)
                .containsExactly(
                        tuple(
                                "The change of this hunk is in the file already, at line 10 (reversed or previously applied).",
                                "Remove the patch, or the hunk, where this kernel has the change already."),
                        tuple(
                                "The change of this hunk is in the file already, at line 21 (reversed or previously applied).",
                                "Remove the patch, or the hunk, where this kernel has the change already."));
    }

    @Test
    void refusesAHunkThatWouldLandElsewhereBecauseItsPlaceHasTheChangeAlready() throws IOException {
        String added = "@@ -3,2 +3,3 @@\n one\n+new\n two\n";
        source("fs/a.c", "0\n0\none\nnew\ntwo\n0\none\ntwo\n");
        patch("a.patch", header("fs/a.c") + added);

        assertThat(refusal().problems())
                .extracting(Problem::what)
                .containsExactly("The change of this hunk is in the file already, at line 3"
                        + " (reversed or previously applied).");
    }

    @Test
    void keepsBytesThatAreNoTextAndLinesWithoutNewline() throws IOException {
        source("fs/a.c", "\u00e4\u0000\r\n\u00ff\f\nlast");
        patch(
                "a.patch",
                header("fs/a.c") + "@@ -1,3 +1,3 @@\n \u00e4\u0000\r\n-\u00ff\f\n+\u00fe\n last\n"
                        + "\\ No newline at end of file\n");

        assertThat(contents(check().patched())).isEqualTo(Map.of("fs/a.c", "\u00e4\u0000\r\n\u00fe\nlast"));
    }

    @Test
    void appliesAPatchThatCameThroughMailAndSaysSo() throws IOException {
        patch("a.patch", changing("fs/a.c", 10, "line 10", "ten").replace("\n", "\r\n"));

        CheckedSeries checked = check();

        assertThat(checked.warnings()).extracting(Problem::code).containsExactly(ProblemCode.PATCH_LINE_ENDS);
        assertThat(contents(checked.patched()).get("fs/a.c")).contains("line 9\nten\nline 11\n");
    }

    @Test
    void appliesSeveralChangesOfOneFileInOnePatch() throws IOException {
        patch("a.patch", changing("fs/a.c", 10, "line 10", "ten") + changing("fs/a.c", 10, "ten", "10"));

        assertThat(contents(check().patched()).get("fs/a.c")).contains("line 9\n10\nline 11\n");
    }

    @Test
    void runsNoProgramOfAPatch() throws IOException {
        patch(
                "a.patch",
                "--- a/fs/a.c\n+++ b/fs/a.c\n1!touch " + work.resolve("owned") + "\n.\n"
                        + changing("fs/a.c", 10, "line 10", "ten"));

        assertThat(refusal().problems()).extracting(Problem::code).containsExactly(ProblemCode.PATCH_MALFORMED);
        assertThat(work.resolve("owned")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/../outside.c", "/etc/passwd.c", "../x/outside.c", "a//outside.c", "a/./fs/a.c", "a/"})
    void refusesPathsThatLeaveTheTree(String path) throws IOException {
        patch("a.patch", "--- %1$s\n+++ %1$s\n@@ -1 +1 @@\n-a\n+b\n".formatted(path));

        assertThat(refusal().problems()).extracting(Problem::code).containsExactly(ProblemCode.PATCH_LEAVES_TREE);
    }

    @Test
    void refusesPathsThroughSymbolicLinks() throws IOException {
        Path outside = Files.createDirectory(work.resolve("outside"));
        Files.writeString(outside.resolve("x.c"), "a\n");
        Files.createSymbolicLink(tree.resolve("link"), outside);
        Files.createSymbolicLink(tree.resolve("fs/link.c"), outside.resolve("x.c"));
        patch("a.patch", changing("link/x.c", 1, "a", "b") + changing("fs/link.c", 1, "a", "b"));

        assertThat(refusal().problems())
                .extracting(Problem::code)
                .containsExactly(ProblemCode.PATCH_LEAVES_TREE, ProblemCode.PATCH_LEAVES_TREE);
        assertThat(outside.resolve("x.c")).hasContent("a\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "lib/string.c; archive",
                "lib/part.c; archive",
                "lib/unnamed.c; does not name",
                "arch/x86/lib/delay.c; archive",
                "arch/x86/entry/entry_64.S; Assembly",
                "arch/x86/kernel/vmlinux.lds.S; Assembly",
                "arch/x86/entry/vdso/vma.c; vDSO",
                "arch/riscv/kernel/vdso/x.c; vDSO",
                "arch/x86/realmode/rm/x.c; Real-mode",
                "arch/x86/boot/compressed/misc.c; Boot code",
                "arch/x86/purgatory/purgatory.c; purgatory",
                "drivers/firmware/efi/libstub/file.c; EFI stub",
                "tools/objtool/check.c; Host tools",
                "scripts/mod/modpost.c; Host tools",
                "usr/gen_init_cpio.c; Host tools",
                "Kbuild; says how all of the kernel is compiled",
                "Makefile; says how all of the kernel is compiled",
                "arch/x86/Makefile_32.cpu; says how all of the kernel is compiled",
                "virt/kvm/Makefile.kvm; only Makefile and Kbuild",
                "fs/x.rs; Only C source",
                "fs/Kconfig; no such file",
                "fs/Makefile; no such file",
                "init/.x.c; no such file",
                "fs/missing.c; no such file",
            })
    void refusesWhatALivePatchCannotChange(String path, String reason) throws IOException {
        layOutLibraries();
        patch("a.patch", changing(path, 1, "a", "b") + changing("fs/a.c", 1, "nowhere", "x"));

        List<Problem> problems = refusal().problems();

        assertThat(problems).hasSize(2);
        assertThat(problems.get(0).where()).isEqualTo("a.patch:1 " + path);
        assertThat(problems.get(0).what()).contains(reason);
        assertThat(problems.get(1).code()).isEqualTo(ProblemCode.PATCH_DOES_NOT_APPLY);
    }

    private void layOutLibraries() throws IOException {
        source("lib/Makefile", """
                obj-y += sort.o \\
                \tkstrtox.o whole.o
                lib-$(CONFIG_SMP) += string.o \\
                \tarchived.o
                whole-y := piece.o
                archived-objs := part.o
                """);
        source("arch/x86/lib/Makefile", "lib-y := delay.o\n");
        for (String name : List.of("lib/string", "lib/part", "lib/unnamed", "lib/kstrtox", "lib/piece")) {
            source(name + ".c", "a\n");
        }
        source("arch/x86/lib/delay.c", "a\n");
    }

    @Test
    void whatIsUnderLibAndNoMemberOfAnArchiveCanBeChanged() throws IOException {
        layOutLibraries();
        patch("a.patch", changing("lib/kstrtox.c", 1, "a", "b") + changing("lib/piece.c", 1, "a", "b"));

        assertThat(check().files()).containsExactly("lib/kstrtox.c", "lib/piece.c");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "PATCH_TARGET_UNSUPPORTED; diff --git a/fs/a.c b/fs/a.c|GIT binary patch|literal 0; Binary",
                "PATCH_TARGET_UNSUPPORTED; diff --git a/fs/n.c b/fs/n.c|new file mode 100644|GIT binary patch|literal 0; Binary",
                "PATCH_TARGET_UNSUPPORTED; diff --git a/fs/n.c b/fs/n.c|new file mode 120000|--- /dev/null|+++ b/fs/n.c|@@ -0,0 +1 @@|+a.c; symbolic links",
                "PATCH_DOES_NOT_APPLY; --- /dev/null|+++ b/fs/a.c|@@ -0,0 +1 @@|+x; has this file already",
                "PATCH_DOES_NOT_APPLY; diff --git a/fs/a.c b/net/core/b.c|rename from fs/a.c|rename to net/core/b.c; has this file already",
                "PATCH_DOES_NOT_APPLY; diff --git a/fs/no.c b/fs/z.c|copy from fs/no.c|copy to fs/z.c; no such file",
                "PATCH_DOES_NOT_APPLY; --- a/fs/no.c|+++ /dev/null|@@ -1 +0,0 @@|-line 1; no such file",
                "PATCH_DOES_NOT_APPLY; --- a/fs/a.c|+++ /dev/null|@@ -1 +0,0 @@|-line 1; line 2 of it is not in the patch",
                "PATCH_DOES_NOT_APPLY; diff --git a/fs/a.c b/fs/a.c|deleted file mode 100644; without saying what is in it",
                "PATCH_LEAVES_TREE; diff --git a/fs/../a.c b/fs/z.c|rename from fs/../a.c|rename to fs/z.c; \"..\"",
                "PATCH_TARGET_UNSUPPORTED; diff --git a/lib/part.c b/fs/z.c|rename from lib/part.c|rename to fs/z.c; archive",
            })
    void refusesFilesThatCannotComeOrGoAsThePatchSays(ProblemCode code, String text, String reason) throws IOException {
        layOutLibraries();
        patch("a.patch", text.replace("|", "\n") + "\n");
        patch("b.patch", changing("net/core/b.c", 2, "line 101", "x"));

        assertThat(refusal().problems()).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(code);
            assertThat(problem.what()).contains(reason);
        });
    }

    @Test
    void followsFilesThatComeAndGoFromPatchToPatch() throws IOException {
        source("fs/gone.c", "one\ntwo");
        source("fs/Makefile", "obj-y := a.o gone.o\n");
        patch(
                "1.patch",
                "--- /dev/null\n+++ b/fs/new.c\n@@ -0,0 +1,2 @@\n+first\n+last\n\\ No newline at end of file\n"
                        + "--- a/fs/gone.c\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-one\n-two\n\\ No newline at end of file\n"
                        + "--- /dev/null\n+++ b/fs/passing.c\n@@ -0,0 +1 @@\n+x\n"
                        + changing("fs/Makefile", 1, "obj-y := a.o gone.o", "obj-y := z.o new.o"));
        patch(
                "2.patch",
                "diff --git a/fs/a.c b/fs/y.c\nrename from fs/a.c\nrename to fs/y.c\n"
                        + "diff --git a/net/core/b.c b/fs/copy.c\ncopy from net/core/b.c\ncopy to fs/copy.c\n"
                        + header("net/core/b.c")
                                .replace(
                                        "--- a/net/core/b.c\n+++ b/net/core/b.c", "--- a/net/core/b.c\n+++ b/fs/copy.c")
                        + "@@ -1 +1 @@\n-line 100\n+copied\n"
                        + "--- a/fs/passing.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n");
        patch(
                "3.patch",
                "diff --git a/fs/y.c b/fs/z.c\nrename from fs/y.c\nrename to fs/z.c\n--- a/fs/y.c\n+++ b/fs/z.c\n"
                        + "@@ -10,2 +10,3 @@\n line 10\n+new\n line 11\n"
                        + changing("fs/new.c", 1, "first", "second"));
        Map<String, String> before = contents(tree);

        CheckedSeries checked = check();

        assertThat(checked.files()).containsExactly("fs/copy.c", "fs/new.c", "fs/z.c");
        assertThat(checked.rules()).containsExactly("fs/Makefile");
        assertThat(checked.deleted()).containsExactly("fs/a.c", "fs/gone.c");
        assertThat(checked.renamed()).isEqualTo(Map.of("fs/z.c", "fs/a.c"));
        assertThat(contents(checked.patched()))
                .containsOnlyKeys("fs/Makefile", "fs/copy.c", "fs/new.c", "fs/z.c")
                .containsEntry("fs/new.c", "second\nlast")
                .containsEntry("fs/copy.c", numbered(100, 140).replace("line 100\n", "copied\n"));
        assertThat(contents(checked.corrected()))
                .containsOnlyKeys("fs/copy.c", "fs/new.c", "fs/z.c")
                .hasEntrySatisfying("fs/z.c", text -> assertThat(text).contains("new\n#line 11\nline 11\n"));
        assertThat(contents(tree)).isEqualTo(before);
    }

    @Test
    void tellsWhichDeclarationsASeriesTouches() throws IOException {
        source("include/linux/a.h", "struct a {\n\tint x;\n};\n#define A 1\n");
        patch("a.patch", changing("include/linux/a.h", 4, "#define A 1", "#define A 2"));
        CheckedSeries series = check();
        assertThat(series.files()).containsExactly("include/linux/a.h");
        assertThat(series.types()).isEmpty();
        assertThat(series.directives()).containsExactly("A");

        patch("a.patch", changing("include/linux/a.h", 2, "\tint x;", "\tlong x;"));
        series = check();
        assertThat(series.types()).containsExactly("struct a");
        assertThat(series.directives()).isEmpty();
    }

    @Test
    void passesOverWhatNeverReachesAnObjectWithOneLineEach() throws IOException {
        patch(
                "a.patch",
                "--- /dev/null\n+++ b/Documentation/new.rst\n@@ -0,0 +1 @@\n+x\n"
                        + changing("MAINTAINERS", 1, "a", "b")
                        + changing("tools/testing/selftests/x/Makefile", 1, "a", "b")
                        + "diff --git a/fs/a.c b/fs/a.c\nold mode 100644\nnew mode 100755\n\n"
                        + changing("fs/a.c", 10, "line 10", "ten"));

        CheckedSeries checked = check();

        assertThat(checked.files()).containsExactly("fs/a.c");
        assertThat(checked.warnings())
                .extracting(Problem::code, Problem::where)
                .containsExactly(
                        tuple(ProblemCode.PATCH_CHANGE_IGNORED, "a.patch:1 Documentation/new.rst"),
                        tuple(ProblemCode.PATCH_CHANGE_IGNORED, "a.patch:5 MAINTAINERS"),
                        tuple(ProblemCode.PATCH_CHANGE_IGNORED, "a.patch:10 tools/testing/selftests/x/Makefile"),
                        tuple(ProblemCode.PATCH_CHANGE_IGNORED, "a.patch:15 fs/a.c"));
    }

    @Test
    void refusesASeriesOfDocumentation() throws IOException {
        patch("a.patch", changing("MAINTAINERS", 1, "a", "b"));

        assertThat(refusal().problems()).extracting(Problem::code).containsExactly(ProblemCode.NO_FUNCTIONAL_CHANGE);
        assertThat(commands).isEmpty();
    }

    @Test
    void tellsWhenThePathsHaveAnotherDepth() throws IOException {
        patch("0.patch", changing("core/b.c", 5, "line 104", "x"));
        patch("2.patch", changing("linux/net/core/b.c", 5, "line 104", "x"));

        assertThat(refusal().problems())
                .hasSize(2)
                .allSatisfy(problem -> assertThat(problem.cure()).contains("one leading folder"));
    }

    @Test
    void correctsLineNumbersOfWhatIsCompiled() throws IOException {
        patch("a.patch", header("fs/a.c") + "@@ -10,2 +10,3 @@\n line 10\n+new\n line 11\n");

        CheckedSeries checked = check();

        assertThat(contents(checked.corrected()).get("fs/a.c")).contains("line 10\nnew\n#line 11\nline 11\n");
        assertThat(contents(checked.patched()).get("fs/a.c")).contains("line 10\nnew\nline 11\n");
    }

    @Test
    void saysWhenTheScratchFolderCannotBeUsed() throws IOException {
        patch("a.patch", changing("fs/a.c", 10, "line 10", "ten"));
        Files.createFile(work.resolve("scratch0"));

        assertThat(refusal().problems()).extracting(Problem::code).containsExactly(ProblemCode.WORK_FOLDER_UNUSABLE);
    }

    @Test
    void aFullDiskIsNoPatchThatDoesNotApply() throws IOException {
        source("fs/large.c", "line\n".repeat(60000));
        patch("a.patch", changing("fs/a.c", 10, "line 10", "ten"));
        patch("b.patch", "--- a/fs/large.c\n+++ b/fs/large.c\n@@ -1,2 +1,2 @@\n-line\n+one\n line\n");
        Path disk = Files.createDirectory(work.resolve("scratch0"));

        // The copy fits, and what patch makes of it does not; the copy does not fit.
        for (int kibibytes : List.of(400, 100)) {
            runs = 0;
            try (SmallDisk small = SmallDisk.mount(disk, kibibytes)) {
                assertThat(small.folder()).isEmptyDirectory();
                assertThat(refusal().problems()).extracting(Problem::code).containsExactly(ProblemCode.DISK_FULL);
            }
        }
    }

    @Test
    void collectsDamageOfAllPatches() throws IOException {
        patch("a.patch", "nothing");
        patch("b.patch", "@@ -1 +1 @@\n");

        ProblemException problem = refusal();

        assertThat(problem.kind()).isEqualTo(ProblemException.Kind.INPUT);
        assertThat(problem.problems()).extracting(Problem::where).containsExactly("a.patch:1", "b.patch:1");
    }

    /** Whatever happens to a patch on its way, the outcome is a module's worth of files or a coded refusal. */
    @Test
    void endsWithFilesOrACodeWhateverThePatch() throws IOException {
        String sound =
                "From: x\n\n" + header("fs/a.c") + "@@ -8,4 +8,5 @@\n line 8\n line 9\n-line 10\n+ten\n+x\n line 11\n"
                        + "diff --git a/net/core/b.c b/net/core/b.c\nindex 1..2 100644\n"
                        + header("net/core/b.c") + "@@ -1,3 +1,2 @@\n line 100\n-line 101\n line 102\n-- \n2.39\n";
        Random random = new Random(20240101);
        Map<String, String> before = contents(tree);
        int applied = 0;
        for (int round = 0; round < 300; round++) {
            patch("a.patch", mutated(sound, random));
            Path scratch = work.resolve("round" + round);
            try {
                CheckedSeries checked = CheckPatches.run(
                        PatchSelection.all(patches), tree, 2, scratch, new CommandRunner(commands::add));
                assertThat(contents(checked.patched()).keySet()).isEqualTo(new TreeSet<>(checked.files()));
                applied++;
            } catch (ProblemException coded) {
                assertThat(coded.problems()).extracting(Problem::code).doesNotContain(ProblemCode.TOOL_FAILED);
            }
        }
        assertThat(contents(tree)).isEqualTo(before);
        assertThat(applied).isBetween(10, 290);
    }

    private static String mutated(String text, Random random) {
        StringBuilder mutated = new StringBuilder(text);
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(mutated.length());
            switch (random.nextInt(5)) {
                case 0 -> mutated.setCharAt(at, (char) random.nextInt(256));
                case 1 -> mutated.deleteCharAt(at);
                case 2 -> mutated.insert(at, "\n+-@ \\0/9.,".charAt(random.nextInt(11)));
                case 3 -> mutated.setLength(Math.max(at, 1));
                default -> mutated.insert(at, mutated.substring(at, Math.min(mutated.length(), at + 40)));
            }
        }
        return mutated.toString();
    }

    private static String header(String file) {
        return "--- a/" + file + "\n+++ b/" + file + "\n";
    }

    /** A hunk of a context line and a replaced line. */
    private static String hunk(int start, String context, String replaced, String by) {
        return "@@ -%d,2 +%d,2 @@\n %s\n-%s\n+%s\n".formatted(start, start, context, replaced, by);
    }

    private static String changing(String file, int line, String from, String to) {
        return header(file) + "@@ -%d +%d @@\n-%s\n+%s\n".formatted(line, line, from, to);
    }

    private static String numbered(int from, int to) {
        StringBuilder text = new StringBuilder();
        IntStream.rangeClosed(from, to)
                .forEach(n -> text.append("line ").append(n).append('\n'));
        return text.toString();
    }

    private void source(String name, String text) throws IOException {
        Files.createDirectories(tree.resolve(name).getParent());
        Files.writeString(tree.resolve(name), text, StandardCharsets.ISO_8859_1);
    }

    private void patch(String name, String text) throws IOException {
        Files.writeString(patches.resolve(name), text, StandardCharsets.ISO_8859_1);
    }

    private CheckedSeries check() {
        return check(2);
    }

    private CheckedSeries check(int maxFuzz) {
        return CheckPatches.run(
                PatchSelection.all(patches),
                tree,
                maxFuzz,
                work.resolve("scratch" + runs++),
                new CommandRunner(commands::add));
    }

    private ProblemException refusal() {
        return refusal(2);
    }

    private ProblemException refusal(int maxFuzz) {
        ProblemException refusal = catchThrowableOfType(ProblemException.class, () -> check(maxFuzz));
        assertThat(refusal).as("a refusal").isNotNull();
        return refusal;
    }

    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(folder.relativize(file).toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }
}
