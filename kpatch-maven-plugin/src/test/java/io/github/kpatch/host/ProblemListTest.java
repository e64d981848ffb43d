package io.github.kpatch.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProblemListTest {
    @TempDir
    private Path folder;

    private Path whole;

    @BeforeEach
    void nameFile() {
        whole = folder.resolve("logs/check-patches-problems.log");
    }

    private static List<Problem> problems(int count, String what) {
        return IntStream.range(0, count)
                .mapToObj(i -> Problem.of(ProblemCode.PATCH_DOES_NOT_APPLY, "file " + i, what))
                .toList();
    }

    @Test
    void fewProblemsAreShownWhole() {
        List<Problem> few = problems(ProblemList.SHOWN, "There is none.");

        assertThat(ProblemList.lines(few, whole))
                .isEqualTo(few.stream().map(Problem::toString).toList());
        assertThat(whole).doesNotExist();
    }

    @Test
    void manyAreCappedAndAllStandInTheFile() throws IOException {
        List<Problem> many = problems(20_000, "There is none.");

        List<String> lines = ProblemList.lines(many, whole);

        assertThat(lines).hasSize(ProblemList.SHOWN + 1);
        assertThat(lines.get(ProblemList.SHOWN)).isEqualTo("… and 19975 more. The whole: " + whole);
        assertThat(Files.readAllLines(whole))
                .isEqualTo(many.stream().map(Problem::toString).toList());
    }

    @Test
    void aLineIsNoLongerThanAPersonReads() throws IOException {
        List<String> lines = ProblemList.lines(problems(1, "x".repeat(60 << 20)), whole);

        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).hasSizeLessThan(ProblemList.LONGEST_LINE + 50).endsWith(" characters more)");
        assertThat(lines.get(1)).isEqualTo("The whole: " + whole);
        assertThat(whole).isNotEmptyFile();
        assertThat(Files.size(whole)).isGreaterThan(60 << 20);
    }

    @Test
    void aFileThatCannotBeWrittenIsNoReasonToSayNothing() throws IOException {
        Path blocked = Files.writeString(folder.resolve("logs"), "a file").resolve("x.log");

        assertThat(ProblemList.lines(problems(30, "There is none."), blocked))
                .last()
                .asString()
                .contains("5 more", "could not be written");
    }
}
