package io.github.kpatch.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which patches belong to a series, and in which order. */
class PatchSeriesTest {
    @TempDir
    Path folder;

    @Test
    void sortsByNameAndTakesNothingButPatches() throws IOException {
        write("b.patch", "b");
        write("a.diff", "a");
        write("B.patch", "B");
        write(".hidden.patch", "x");
        write("a.patch~", "x");
        write("README", "x");
        Files.createDirectory(folder.resolve("folder.patch"));

        PatchSeries series = PatchSeries.read(folder);

        assertThat(names(series)).containsExactly("B.patch", "a.diff", "b.patch");
        assertThat(series.patches().get(1).sha256())
                .isEqualTo("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
        assertThat(series.warnings()).isEmpty();
    }

    @Test
    void followsTheSeriesFileAndNamesWhatItLeavesOut() throws IOException {
        write("a.patch", "a");
        write("b.patch", "b");
        write("c.patch", "c");
        Files.createDirectory(folder.resolve("net"));
        write("net/d", "d");
        write("series", "# order matters\n\n c.patch -p1 # last came first\r\nnet/d\na.patch\n");

        PatchSeries series = PatchSeries.read(folder);

        assertThat(names(series)).containsExactly("c.patch", "net/d", "a.patch");
        assertThat(series.warnings())
                .extracting(Problem::code, Problem::where)
                .containsExactly(tuple(ProblemCode.PATCH_NOT_IN_SERIES, "b.patch"));
    }

    @Test
    void digestDependsOnNamesContentsAndOrder() throws IOException {
        write("a.patch", "a");
        write("b.patch", "b");
        String digest = PatchSeries.read(folder).digest();

        assertThat(PatchSeries.read(folder).digest()).isEqualTo(digest);
        write("series", "b.patch\na.patch\n");
        String reordered = PatchSeries.read(folder).digest();
        write("series", "a.patch\nb.patch\n");
        assertThat(PatchSeries.read(folder).digest()).isEqualTo(digest).isNotEqualTo(reordered);
        write("b.patch", "B");
        assertThat(PatchSeries.read(folder).digest()).isNotEqualTo(digest).isNotEqualTo(reordered);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "a.patch -p0; series:1; option \"-p0\"",
                "|a.patch -p1 -R; series:2; option \"-R\"",
                "a.patch|a.patch; series:2; twice",
                "missing.patch; series; not in the patches folder",
                "../outside.patch; series; outside",
                "/etc/passwd; series; outside",
            })
    void refusesAWrongSeriesFile(String text, String where, String what) throws IOException {
        write("a.patch", "a");
        write("series", text.replace("|", "\n"));

        Problem problem = refusal().problems().get(0);

        assertThat(problem.code()).isEqualTo(ProblemCode.PATCH_SERIES_INVALID);
        assertThat(problem.where()).isEqualTo(where);
        assertThat(problem.what()).contains(what);
    }

    @Test
    void refusesAFolderWithoutPatches() throws IOException {
        assertThat(refusal().problems()).extracting(Problem::code).containsExactly(ProblemCode.NO_PATCHES);

        write("a.patch", "a");
        write("series", "# a.patch\n");
        assertThat(refusal().problems()).extracting(Problem::code).containsExactly(ProblemCode.NO_PATCHES);

        assertThat(catchThrowableOfType(ProblemException.class, () -> PatchSeries.read(folder.resolve("absent")))
                        .problems())
                .extracting(Problem::code)
                .containsExactly(ProblemCode.NO_PATCHES);
    }

    private ProblemException refusal() {
        return catchThrowableOfType(ProblemException.class, () -> PatchSeries.read(folder));
    }

    private static List<String> names(PatchSeries series) {
        return series.patches().stream().map(SeriesPatch::name).toList();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text, StandardCharsets.UTF_8);
    }
}
