package io.github.kpatch.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole series against small trees, with the real GNU patch. */
class CheckPatchesTest {
    @TempDir
    Path work;

    private Path tree;
    private Path patches;
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
        return CheckPatches.run(patches, tree, 2, work.resolve("scratch"), new CommandRunner(commands::add));
    }

    private ProblemException refusal() {
        return catchThrowableOfType(ProblemException.class, this::check);
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
