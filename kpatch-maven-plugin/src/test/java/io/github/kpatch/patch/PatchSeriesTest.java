package io.github.kpatch.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        write("a.patch.orig", "x");
        write("#a.patch#", "x");
        write("README.md", "x");

        PatchSeries series = PatchSeries.read(PatchSelection.all(folder));

        assertThat(names(series)).containsExactly("B.patch", "a.diff", "b.patch");
        assertThat(series.patches().get(1).sha256())
                .isEqualTo("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
        assertThat(series.warnings()).isEmpty();
    }

    @Test
    void saysWhatItPassesOver() throws IOException {
        write("a.patch", "a");
        write("0002-fix.patch.gz", "x");
        write("0003-fix.PATCH", "x");
        Files.createDirectory(folder.resolve("net"));

        assertThat(PatchSeries.read(PatchSelection.all(folder)).warnings())
                .extracting(Problem::code, Problem::where)
                .containsExactly(
                        tuple(ProblemCode.PATCH_FOLDER_ENTRY_IGNORED, "0002-fix.patch.gz"),
                        tuple(ProblemCode.PATCH_FOLDER_ENTRY_IGNORED, "0003-fix.PATCH"),
                        tuple(ProblemCode.PATCH_FOLDER_ENTRY_IGNORED, "net"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void refusesByNameWhatIsMeantAsAPatchAndIsNone(boolean ordered) throws IOException {
        write("a.patch", "a");
        Files.createSymbolicLink(folder.resolve("b.patch"), Path.of("nowhere"));
        Files.createSymbolicLink(folder.resolve("c.patch"), Path.of("c.patch"));
        Files.createDirectory(folder.resolve("d.patch"));
        NativeTools.run(folder, "mkfifo", "e.patch");
        // A regular file that nobody can read from its beginning, not even root.
        Files.createSymbolicLink(folder.resolve("f.diff"), Path.of("/proc/self/mem"));
        if (ordered) {
            write("series", "a.patch\nb.patch\nc.patch\nd.patch\ne.patch\nf.diff\n");
        }

        assertThat(refusal().problems())
                .extracting(Problem::code, Problem::where)
                .containsExactly(
                        tuple(ProblemCode.PATCH_UNREADABLE, "b.patch"),
                        tuple(ProblemCode.PATCH_UNREADABLE, "c.patch"),
                        tuple(ProblemCode.PATCH_UNREADABLE, "d.patch"),
                        tuple(ProblemCode.PATCH_UNREADABLE, "e.patch"),
                        tuple(ProblemCode.PATCH_UNREADABLE, "f.diff"));
        assertThat(PatchSeries.inputs(PatchSelection.all(folder)))
                .contains("b.patch It is a link to a file that is not there.");
    }

    @Test
    void aSeriesThatIsNoFileIsNotPassedOver() throws IOException {
        write("a.patch", "a");
        Files.createSymbolicLink(folder.resolve("series"), Path.of("nowhere"));

        assertThat(refusal().problems())
                .extracting(Problem::code, Problem::where)
                .containsExactly(tuple(ProblemCode.PATCH_UNREADABLE, "series"));
    }

    /** A build asks these texts whether to read again: what reading follows, asking must follow. */
    @Test
    void inputsChangeWithWhateverIsRead() throws IOException {
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere/net"));
        Path patches = folder.resolve("patches");
        Files.createSymbolicLink(patches, Files.createDirectory(folder.resolve("real")));
        Files.createSymbolicLink(patches.resolve("linked"), elsewhere);
        Files.writeString(elsewhere.resolve("fix"), "one");
        Files.writeString(elsewhere.resolve("other"), "x");
        Files.createSymbolicLink(patches.resolve("b.patch"), folder.resolve("b"));
        write("b", "one");
        Files.writeString(patches.resolve("series"), "linked/fix\nb.patch\n");
        Set<List<String>> seen = new HashSet<>();

        seen.add(PatchSeries.inputs(PatchSelection.all(patches)));
        Files.writeString(elsewhere.resolve("other"), "y");
        assertThat(seen).contains(PatchSeries.inputs(PatchSelection.all(patches)));
        Files.writeString(elsewhere.resolve("fix"), "two");
        assertThat(seen.add(PatchSeries.inputs(PatchSelection.all(patches)))).isTrue();
        write("b", "two");
        assertThat(seen.add(PatchSeries.inputs(PatchSelection.all(patches)))).isTrue();
        Files.writeString(patches.resolve("series"), "b.patch\nlinked/fix\n");
        assertThat(seen.add(PatchSeries.inputs(PatchSelection.all(patches)))).isTrue();
        Files.writeString(patches.resolve("c.patch"), "unnamed");
        assertThat(seen.add(PatchSeries.inputs(PatchSelection.all(patches)))).isTrue();
        Files.delete(folder.resolve("b"));
        assertThat(seen.add(PatchSeries.inputs(PatchSelection.all(patches)))).isTrue();
        Files.delete(patches.resolve("series"));
        assertThat(seen.add(PatchSeries.inputs(PatchSelection.all(patches)))).isTrue();
    }

    @Test
    void followsTheSeriesFileAndNamesWhatItLeavesOut() throws IOException {
        write("a.patch", "a");
        write("b.patch", "b");
        write("c.patch", "c");
        Files.createDirectory(folder.resolve("net"));
        write("net/d", "d");
        write("series", "# order matters\n\n c.patch -p1 # last came first\r\nnet/d\na.patch\n");

        PatchSeries series = PatchSeries.read(PatchSelection.all(folder));

        assertThat(names(series)).containsExactly("c.patch", "net/d", "a.patch");
        assertThat(series.warnings())
                .extracting(Problem::code, Problem::where)
                .containsExactly(tuple(ProblemCode.PATCH_NOT_IN_SERIES, "b.patch"));
    }

    @Test
    void digestDependsOnNamesContentsAndOrder() throws IOException {
        write("a.patch", "a");
        write("b.patch", "b");
        String digest = PatchSeries.read(PatchSelection.all(folder)).digest();

        assertThat(PatchSeries.read(PatchSelection.all(folder)).digest()).isEqualTo(digest);
        write("series", "b.patch\na.patch\n");
        String reordered = PatchSeries.read(PatchSelection.all(folder)).digest();
        write("series", "a.patch\nb.patch\n");
        assertThat(PatchSeries.read(PatchSelection.all(folder)).digest())
                .isEqualTo(digest)
                .isNotEqualTo(reordered);
        write("b.patch", "B");
        assertThat(PatchSeries.read(PatchSelection.all(folder)).digest())
                .isNotEqualTo(digest)
                .isNotEqualTo(reordered);
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

        assertThat(catchThrowableOfType(
                                ProblemException.class,
                                () -> PatchSeries.read(PatchSelection.all(folder.resolve("absent"))))
                        .problems())
                .extracting(Problem::code)
                .containsExactly(ProblemCode.NO_PATCHES);
    }

    private ProblemException refusal() {
        return catchThrowableOfType(ProblemException.class, () -> PatchSeries.read(PatchSelection.all(folder)));
    }

    private static List<String> names(PatchSeries series) {
        return series.patches().stream().map(SeriesPatch::name).toList();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text, StandardCharsets.UTF_8);
    }
}
