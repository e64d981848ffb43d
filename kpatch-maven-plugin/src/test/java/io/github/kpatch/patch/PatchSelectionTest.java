package io.github.kpatch.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of a project's patches are which kernel's. */
class PatchSelectionTest {
    private static final String OLD = "6.1.0-56-amd64";
    private static final String NEW = "6.12.7+deb12-amd64";

    @TempDir
    private Path folder;

    @BeforeEach
    void patches() throws IOException {
        write("1.patch", "general");
        write("3.patch", "general");
        write("6.1/2.patch", "of 6.1");
        write("6.1/3.patch", "of 6.1");
        write("6.1.0-56-amd64/3.patch", "of the release");
        write("6.12/2.patch", "of 6.12");
    }

    private void write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private PatchSelection of(String release) {
        return new PatchSelection(folder, Optional.of(release), List.of(OLD, NEW));
    }

    private PatchSeries read(String release) {
        return PatchSeries.read(of(release));
    }

    private static List<String> texts(PatchSeries series) {
        return series.patches().stream()
                .map(patch -> patch.name() + ": " + patch.text())
                .toList();
    }

    @Test
    void whatIsOfAKernelStandsBesideTheOthersAndInPlaceOfItsNamesake() {
        assertThat(texts(read(OLD)))
                .containsExactly("1.patch: general", "6.1/2.patch: of 6.1", "6.1.0-56-amd64/3.patch: of the release");
        assertThat(texts(read(NEW))).containsExactly("1.patch: general", "6.12/2.patch: of 6.12", "3.patch: general");
        assertThat(read(OLD).warnings()).isEmpty();
        assertThat(read(NEW).warnings()).isEmpty();
    }

    @Test
    void theOrderOfAKernelStandsInPlaceOfTheOneOfAll() throws IOException {
        write("series", "3.patch\n1.patch\n");
        write("6.12/series", "2.patch\n3.patch\n1.patch\n");

        assertThat(texts(read(NEW))).containsExactly("6.12/2.patch: of 6.12", "3.patch: general", "1.patch: general");
        assertThat(texts(read(OLD))).containsExactly("6.1.0-56-amd64/3.patch: of the release", "1.patch: general");
        assertThat(read(OLD).warnings())
                .extracting(Problem::code, Problem::where)
                .containsExactly(tuple(ProblemCode.PATCH_NOT_IN_SERIES, "6.1/2.patch"));
        assertThat(of(NEW).series()).contains(folder.resolve("6.12/series"));
        assertThat(of(OLD).series()).contains(folder.resolve("series"));
    }

    @Test
    void aFileOfAKernelIsNotNamedTwice() throws IOException {
        write("series", "1.patch\n2.patch\n6.1/2.patch\n");

        assertThat(catchThrowableOfType(ProblemException.class, () -> read(OLD)).problems())
                .extracting(Problem::code, Problem::where)
                .containsExactly(tuple(ProblemCode.PATCH_SERIES_INVALID, "series"));
    }

    @Test
    void aFolderOfNoKernelIsSaid() throws IOException {
        write("6.6/1.patch", "x");
        write("6.1/notes/x", "x");
        write("6.12/fix.patch.gz", "x");

        assertThat(read(OLD).warnings())
                .extracting(Problem::code, Problem::where)
                .containsExactly(
                        tuple(ProblemCode.PATCH_FOLDER_ENTRY_IGNORED, "6.6"),
                        tuple(ProblemCode.PATCH_FOLDER_ENTRY_IGNORED, "6.1/notes"));
        assertThat(read(NEW).warnings()).extracting(Problem::where).containsExactly("6.6", "6.12/fix.patch.gz");
    }

    @Test
    void aNameThatEndsInTheMiddleOfANumberOrWordIsNoBeginning() throws IOException {
        write("6/0.patch", "of 6");
        write("6.1/0.patch", "of 6.1");
        write("6.12.7+deb/9.patch", "x");
        write("6.1.0-5/9.patch", "x");

        assertThat(texts(read(NEW))).startsWith("6/0.patch: of 6").noneMatch(text -> text.contains("9.patch"));
        assertThat(texts(read(OLD))).startsWith("6.1/0.patch: of 6.1").noneMatch(text -> text.contains("9.patch"));
    }

    @Test
    void wherePatchesAreForOneKernelFoldersMeanNothing() {
        assertThat(texts(PatchSeries.read(PatchSelection.all(folder))))
                .containsExactly("1.patch: general", "3.patch: general");
        assertThat(PatchSeries.read(PatchSelection.all(folder)).warnings())
                .extracting(Problem::where)
                .containsExactly("6.1", "6.1.0-56-amd64", "6.12");
    }

    @Test
    void inputsChangeWithWhatIsReadAndNotWithWhatIsAnotherKernels() throws IOException {
        List<String> before = PatchSeries.inputs(of(OLD));
        write("6.12/2.patch", "y");
        write("6.12/5.patch", "y");
        assertThat(PatchSeries.inputs(of(OLD))).isEqualTo(before);

        write("6.1/2.patch", "y");
        List<String> changed = PatchSeries.inputs(of(OLD));
        assertThat(changed).isNotEqualTo(before);
        write("6.1.0/4.patch", "y");
        assertThat(PatchSeries.inputs(of(OLD))).isNotEqualTo(changed);
    }
}
