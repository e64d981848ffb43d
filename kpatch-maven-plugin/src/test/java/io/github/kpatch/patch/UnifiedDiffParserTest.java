package io.github.kpatch.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every form a change can come in, and every damage that must not pass silently. */
class UnifiedDiffParserTest {
    private static final String MAIL = """
            From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001
            From: A. U. Thor <author@example.org>
            Date: Mon, 1 Jan 2024 00:00:00 +0000
            Subject: [PATCH] proc: say it

            --- is what people write in messages, and so are
             --- a/not/a/change.c
             +++ b/not/a/change.c

            Signed-off-by: A. U. Thor <author@example.org>
            ---
             fs/proc/version.c | 2 +-
             1 file changed, 1 insertion(+), 1 deletion(-)

            diff --git a/fs/proc/version.c b/fs/proc/version.c
            index 02e3c3cd4a9a..f7ba4b39a3c1 100644
            --- a/fs/proc/version.c
            +++ b/fs/proc/version.c
            @@ -9,3 +9,4 @@ static int version_proc_show(struct seq_file *m, void *v)
             {
            -\tseq_printf(m, linux_proc_banner,
            +\tseq_printf(m, "-- a\\n");
            +--- b
             \t\tutsname()->sysname,

            --\s
            2.39.2

            """;

    @Test
    void readsWhatGitFormatPatchWrites() {
        PatchFile patch = parse(MAIL);

        FileChange change = only(patch);
        assertThat(change.kind()).isEqualTo(FileChange.Kind.MODIFIED);
        assertThat(change.path()).isEqualTo("fs/proc/version.c");
        assertThat(change.line()).isEqualTo(15);
        Hunk hunk = change.hunks().get(0);
        assertThat(hunk)
                .extracting(Hunk::number, Hunk::line, Hunk::originalStart, Hunk::patchedStart)
                .containsExactly(1, 19, 9, 9);
        assertThat(hunk.text()).isEqualTo("""
                @@ -9,3 +9,4 @@
                 {
                -\tseq_printf(m, linux_proc_banner,
                +\tseq_printf(m, "-- a\\n");
                +--- b
                 \t\tutsname()->sysname,
                """);
    }

    @Test
    void readsPlainDiffsWithTimeStampsBackupNamesAndSeveralFiles() {
        PatchFile patch = parse("""
                diff -urN linux.orig/fs/a.c linux/fs/a.c
                --- linux.orig/fs/a.c\t2024-01-01 00:00:00.000000000 +0000
                +++ linux/fs/a.c\t2024-01-02 00:00:00.000000000 +0000
                @@ -1 +1,2 @@
                 a
                +b
                Index: b.c
                ===================
                --- a/fs/b.c.orig
                +++ a/fs/b.c
                @@ -7 +7 @@ x
                -\u00e4
                +\u00f6
                """);

        assertThat(patch.changes()).extracting(FileChange::path).containsExactly("fs/a.c", "fs/b.c");
        assertThat(patch.changes().get(1).hunks().get(0).lines())
                .containsExactly(
                        new HunkLine(HunkLine.Kind.REMOVED, "\u00e4", true),
                        new HunkLine(HunkLine.Kind.ADDED, "\u00f6", true));
    }

    @Test
    void keepsTheMissingNewlineAtTheEndOfAFile() {
        String text = "--- a/x/a.c\n+++ b/x/a.c\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n";

        Hunk hunk = only(parse(text)).hunks().get(0);

        assertThat(hunk.lines()).extracting(HunkLine::newline).containsExactly(true, false, true);
        assertThat("--- a/x/a.c\n+++ b/x/a.c\n" + hunk.text()).isEqualTo(text);
    }

    @Test
    void tellsKindsApart() {
        PatchFile patch = parse("""
                diff --git a/n/new.c b/n/new.c
                new file mode 100644
                index 000000000000..1111
                --- /dev/null
                +++ b/n/new.c
                @@ -0,0 +1 @@
                +x
                diff --git a/n/empty.c b/n/empty.c
                new file mode 100644
                index 000000000000..e69de29bb2d1
                diff --git a/n/gone.c b/n/gone.c
                deleted file mode 100644
                --- a/n/gone.c
                +++ /dev/null
                @@ -1 +0,0 @@
                -x
                diff --git a/n/old.c b/n/moved.c
                similarity index 90%
                rename from n/old.c
                rename to n/moved.c
                --- a/n/old.c
                +++ b/n/moved.c
                @@ -1 +1 @@
                -x
                +y
                diff --git a/n/src.c b/n/copy.c
                similarity index 100%
                copy from n/src.c
                copy to n/copy.c
                diff --git a/n/run.sh b/n/run.sh
                old mode 100644
                new mode 100755
                diff --git a/n/fw.bin b/n/fw.bin
                index 1..2 100644
                GIT binary patch
                literal 4
                LcmZQzWMXDv

                diff --git a/n/pic.png b/n/pic.png
                index 1..2 100644
                Binary files a/n/pic.png and b/n/pic.png differ
                Binary files o/n/raw.bin and p/n/raw.bin differ
                --- a/n/plain.c\t1970-01-01 00:00:00.000000000 +0000
                +++ b/n/plain.c\t2024-01-01 00:00:00.000000000 +0000
                @@ -0,0 +1 @@
                +x
                """);

        assertThat(patch.changes())
                .extracting(change -> change.kind() + " " + change.path())
                .containsExactly(
                        "ADDED n/new.c",
                        "ADDED n/empty.c",
                        "DELETED n/gone.c",
                        "RENAMED n/moved.c",
                        "COPIED n/copy.c",
                        "MODE_CHANGED n/run.sh",
                        "BINARY n/fw.bin",
                        "BINARY n/pic.png",
                        "BINARY n/raw.bin",
                        "ADDED n/plain.c");
        assertThat(patch.changes().get(3).from()).isEqualTo(Optional.of("n/old.c"));
    }

    @Test
    void readsNamesWithBlanksAndQuotedNames() {
        PatchFile patch = parse("""
                --- a/x/c d.c\t
                +++ b/x/c d.c\t
                @@ -1 +1 @@
                -x
                +y
                diff --git "a/x/\\303\\244\\t\\"b.c" "b/x/\\303\\244\\t\\"b.c"
                old mode 100644
                new mode 100755
                diff --git a/x/a b.c b/x/a b.c
                old mode 100644
                new mode 100755
                """);

        assertThat(patch.changes())
                .extracting(FileChange::path)
                .containsExactly("x/c d.c", "x/\u00c3\u00a4\t\"b.c", "x/a b.c");
    }

    @Test
    void stripsWindowsLineEndsOnlyWhereEveryLineHasThem() {
        String text = "--- a/x/a.c\n+++ b/x/a.c\n@@ -1 +1 @@\n-a\n+b\n";

        PatchFile mailed = parse(text.replace("\n", "\r\n"));
        PatchFile ofWindowsFile = parse("--- a/x/a.c\n+++ b/x/a.c\n@@ -1 +1 @@\n-a\r\n+b\r\n");

        assertThat(mailed.windowsLineEnds()).isTrue();
        assertThat(mailed.changes()).isEqualTo(parse(text).changes());
        assertThat(ofWindowsFile.windowsLineEnds()).isFalse();
        assertThat(only(ofWindowsFile).hunks().get(0).lines())
                .extracting(HunkLine::text)
                .containsExactly("a\r", "b\r");
    }

    @Test
    void seesAFirstLineBehindAByteOrderMark() {
        assertThat(only(parse("\u00ef\u00bb\u00bf--- a/x/a.c\n+++ b/x/a.c\n@@ -1 +1 @@\n-a\n+b\n"))
                        .path())
                .isEqualTo("x/a.c");
    }

    @Test
    void takesEmptyLinesInAHunkForContextThatLostItsBlank() {
        assertThat(only(parse("--- a/x/a.c\n+++ b/x/a.c\n@@ -1,3 +1,3 @@\n\n-a\n+b\n\n"))
                        .hunks()
                        .get(0)
                        .lines())
                .extracting(HunkLine::kind)
                .containsExactly(
                        HunkLine.Kind.CONTEXT, HunkLine.Kind.REMOVED, HunkLine.Kind.ADDED, HunkLine.Kind.CONTEXT);
    }

    /** Lines of the patch are separated by {@code |}; {@code H} stands for an ordinary file header. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "just some text; 1; holds no unified diff",
                "` `; 1; holds no unified diff",
                "``; 1; holds no unified diff",
                "@@ -1 +1 @@|-a|+b; 1; no file header",
                "+++ b/x/a.c|@@ -1 +1 @@|-a|+b; 1; lacks its \"--- \"",
                "*** a/x/a.c|--- b/x/a.c|***************; 1; context diff",
                "diff --cc fs/a.c|@@@ -1,1 -1,1 +1,1 @@@; 1; combined diff",
                "H; 3; hunk should follow",
                "H|@@ -1 +1; 3; not of the form",
                "H|@@ -1 +99999999999 @@|-a|+b; 3; not of the form",
                "H|@@ -0,1 +1 @@|-a|+b; 3; begin with 1",
                "H|@@ -1,2 +1,2 @@|-a|+b; 3; ends inside this hunk",
                "H|@@ -1,1 +1,2 @@|-a|-b|+c|+d; 5; other lines than the counts",
                "H|@@ -1 +1 @@|-a|+b|+c; 6; more lines than the counts",
                "H|@@ -1 +1 @@|-a|+b| c; 6; more lines than the counts",
                "H|@@ -1 +1 @@|-a|+b|-c; 6; more lines than the counts",
                "H|@@ -1,2 +1,2 @@|-a|xb|+c; 5; begins with none of",
                "H|@@ -1,2 +1,2 @@|-a|\\ No newline at end of file|-b|+c|+d; 5; marked as the last",
                "H|@@ -5 +5 @@|-a|+b|@@ -5 +5 @@|-a|+b; 6; before the end of the one before",
                "H|@@ -5,0 +6 @@|+b; 3; no context",
                "--- a/x/a.c|+++ b/x/b.c|@@ -1 +1 @@|-a|+b; 1; name different files",
                "--- a.c|+++ a.c|@@ -1 +1 @@|-a|+b; 2; no leading folder",
                "--- \"a/x.c|+++ \"b/x.c|@@ -1 +1 @@|-a|+b; 1; no end",
                "--- \"a/\\q.c\"|+++ \"b/\\q.c\"|@@ -1 +1 @@|-a|+b; 1; unknown escape",
                "diff --git a/x/a.c b/x/a.c|index 1..2|H|@@ -1 +1 @@; 5; ends inside",
                "diff --git a/x/a.c b/x/a.c|index 1..2; 1; No change follows",
                "diff --git a/x/a.c b/x/c.c|index 1..2; 1; do not fit together",
                "diff --git a/x/c.c b/x/c.c|index 1..2|H|@@ -1 +1 @@|-a|+b; 3; name different files",
                "diff --git a/x/a.c b/x/a.c|rename from x/b.c; 2; both \"from\" and \"to\"",
                "diff --git a/x/a.c b/x/a.c|new file mode 100644|H|@@ -1 +1 @@|-a|+b; 3; contradicts",
                "diff --git a/x/a.c b/x/a.c|--- a/x/a.c|@@ -1 +1 @@; 2; line should follow",
                "diff --git a/x/a.c b/x/a.c|index 1..2|H|@@ -0,0 +1 @@|+b; 5; no context",
            })
    void refusesWhatItDoesNotUnderstand(String text, int line, String what) {
        ProblemException refusal = catchThrowableOfType(
                ProblemException.class,
                () -> parse(text.replace("H", "--- a/x/a.c|+++ b/x/a.c").replace("|", "\n") + "\n"));

        assertThat(refusal).isNotNull();
        Problem problem = refusal.problems().get(0);
        assertThat(problem.code()).isEqualTo(ProblemCode.PATCH_MALFORMED);
        assertThat(problem.where()).isEqualTo("t.patch:" + line);
        assertThat(problem.what()).contains(what);
    }

    private static PatchFile parse(String text) {
        return UnifiedDiffParser.parse(new SeriesPatch("t.patch", "", text));
    }

    private static FileChange only(PatchFile patch) {
        assertThat(patch.changes()).hasSize(1);
        return List.copyOf(patch.changes()).get(0);
    }
}
