package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the kernel's source to a patch of the project, by way of a working copy. */
class EditAndCaptureTest {
    private static final String FIRST = """
            --- a/fs/one.c
            +++ b/fs/one.c
            @@ -1,5 +1,5 @@
             int one_value = 1;
             int one(int a)
             {
            -	return a + one_value;
            +	return a - one_value * 3;
             }
            """;

    @TempDir
    private Path folder;

    private PreparedToyKernel kernel;
    private TestBuild build;
    private Path patches;
    private Path edit;

    @BeforeEach
    void makeProject() throws IOException {
        kernel = new PreparedToyKernel(folder);
        build = new TestBuild(folder);
        patches = Files.createDirectories(folder.resolve("patches"));
        Files.writeString(patches.resolve("0001-first.patch"), FIRST);
        edit = folder.resolve("edit");
    }

    private void edit(String files) {
        edit(kernel, files);
    }

    private void edit(PreparedToyKernel of, String files) {
        Optional<PatchedSources> series = Optional.of(patches)
                .filter(Files::isDirectory)
                .map(there -> CheckSeries.run(of.prepared(), there, 2, build.context()));
        new EditSources(of.prepared(), new WorkingCopy(edit), build.context()).take(files, series);
    }

    private void capture(String subject, String name) {
        capture(new ProjectPatches(patches, 2, Optional.empty(), List.of()), subject, name);
    }

    private void capture(ProjectPatches series, String subject, String name) {
        CapturePatch capture = new CapturePatch(
                new CaptureRequest(
                        series, Optional.ofNullable(name), Optional.ofNullable(subject), Optional.of("A <a@b.c>")),
                new WorkingCopy(edit),
                build.context());
        capture.check();
        capture.write(kernel.prepared());
    }

    private void change(String path, String from, String to) throws IOException {
        String before = Files.readString(edit.resolve(path));
        assertThat(before).contains(from);
        Files.writeString(edit.resolve(path), before.replace(from, to));
    }

    private List<String> patchNames() throws IOException {
        try (Stream<Path> files = Files.list(patches)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void patchesOfOneKernelComeBeforeIt() throws IOException {
        ProjectPatches ofOne = new ProjectPatches(patches, 2, Optional.of("6.1.1"), List.of("6.1.1", "6.12.1"));
        Path own = Files.createDirectories(patches.resolve("6.1"));
        Files.move(patches.resolve("0001-first.patch"), own.resolve("0007-first.patch"));
        new EditSources(kernel.prepared(), new WorkingCopy(edit), build.context())
                .take("fs/one.c", Optional.of(CheckSeries.run(kernel.prepared(), ofOne, build.context())));
        change("fs/one.c", "* 3", "* 4");

        capture(ofOne, "toy", null);

        assertThat(patchNames()).containsExactly("0008-toy.patch", "6.1");

        Files.delete(patches.resolve("0008-toy.patch"));
        Files.move(own.resolve("0007-first.patch"), own.resolve("first.patch"));
        Folders.delete(edit);
        new EditSources(kernel.prepared(), new WorkingCopy(edit), build.context())
                .take("fs/one.c", Optional.of(CheckSeries.run(kernel.prepared(), ofOne, build.context())));
        change("fs/one.c", "* 3", "* 4");

        assertThatThrownBy(() -> capture(ofOne, "toy", null)).hasMessageStartingWith("KP106 kpatch.patchName:");
        assertThat(patchNames()).containsExactly("6.1");

        Files.writeString(own.resolve("series"), "first.patch\n");
        capture(ofOne, "toy", null);

        assertThat(own.resolve("series")).hasContent("first.patch\n0002-toy.patch\n");
    }

    @Test
    void whatWasChangedBecomesTheLastPatchOfTheSeries() throws IOException {
        edit("fs/one.c, ./drivers/");
        assertThat(edit.resolve("fs/one.c")).content().contains("a - one_value * 3");
        assertThat(edit.resolve("drivers/toy/main.c"))
                .hasSameBinaryContentAs(kernel.tree().resolve("drivers/toy/main.c"));
        assertThat(edit.resolve("fs/two.c")).doesNotExist();
        boolean git = new Tools(
                        build.context().runner(), build.context().cache().memo())
                .find("git")
                .isPresent();
        assertThat(Files.isDirectory(edit.resolve(".git"))).isEqualTo(git);
        change("fs/one.c", "* 3", "* 4");
        change("drivers/toy/main.c", "^ 5", "^ 6");
        Files.writeString(edit.resolve("fs/one.c~"), "an editor's");

        capture("toy: count\n otherwise", null);

        assertThat(patches.resolve("0002-toy-count-otherwise.patch")).hasContent("""
                From: A <a@b.c>
                Subject: [PATCH] toy: count otherwise

                ---

                diff --git a/drivers/toy/main.c b/drivers/toy/main.c
                --- a/drivers/toy/main.c
                +++ b/drivers/toy/main.c
                @@ -1,4 +1,4 @@
                 int toy_main(int a)
                 {
                -	return a ^ 5;
                +	return a ^ 6;
                 }
                diff --git a/fs/one.c b/fs/one.c
                --- a/fs/one.c
                +++ b/fs/one.c
                @@ -1,5 +1,5 @@
                 int one_value = 1;
                 int one(int a)
                 {
                -	return a - one_value * 3;
                +	return a - one_value * 4;
                 }
                """);
        assertThat(CheckSeries.run(kernel.prepared(), patches, 0, build.context())
                        .warnings())
                .isEmpty();
    }

    @Test
    void capturedAgainItIsTheSamePatchAndKeepsTheAuthorsWords() throws IOException {
        edit("fs/one.c");
        change("fs/one.c", "* 3", "* 4");
        capture("first try", null);
        Path patch = patches.resolve("0002-first-try.patch");
        Files.writeString(patch, Files.readString(patch).replace("\n\n---\n", "\n\nWhy it is so.\n---\n"));
        edit("fs/two.c");
        change("fs/two.c", "* 2", "* 9");
        change("fs/one.c", "* 4", "* 5");

        capture(null, null);

        assertThat(patchNames()).containsExactly("0001-first.patch", "0002-first-try.patch");
        assertThat(patch).content().contains("Subject: [PATCH] first try\n\nWhy it is so.\n---\n", "* 5", "* 9");
        capture(null, "0009-other.patch");
        assertThat(patchNames()).containsExactly("0001-first.patch", "0009-other.patch");
    }

    @Test
    void aPatchThatIsNotItsOwnIsNotOverwritten() throws IOException {
        edit("fs/one.c");
        change("fs/one.c", "* 3", "* 4");

        assertThatThrownBy(() -> capture("x", "0001-first.patch")).hasMessageContaining("KP333");
        capture("x", null);
        Path patch = patches.resolve("0002-x.patch");
        String byHand = Files.readString(patch).replace("* 4", "* 44");
        Files.writeString(patch, byHand);
        change("fs/one.c", "* 4", "* 5");
        assertThatThrownBy(() -> capture(null, null)).hasMessageContaining("KP333");
        assertThatThrownBy(() -> capture(null, "0003-y.patch")).hasMessageContaining("KP333");
        assertThat(patches.resolve("0001-first.patch")).hasContent(FIRST);
        assertThat(patch).hasContent(byHand);
    }

    @Test
    void nothingIsWrittenThatDoesNotApplyInItsPlace() throws IOException {
        edit("fs/one.c");
        change("fs/one.c", "* 3", "* 4");

        assertThatThrownBy(() -> capture("x", "0000-too-early.patch")).hasMessageContaining("KP301");
        assertThat(patchNames()).containsExactly("0001-first.patch");
    }

    @Test
    void aSeriesFileNamesThePatch() throws IOException {
        Files.writeString(patches.resolve("series"), "0001-first.patch");
        edit("fs/one.c");
        change("fs/one.c", "* 3", "* 4");

        capture("x", null);
        capture(null, "0001-before-by-name.patch");

        assertThat(patches.resolve("series")).hasContent("0001-first.patch\n0001-before-by-name.patch\n");
    }

    @Test
    void whereNamesDoNotOrderThemASeriesFileIsWritten() throws IOException {
        Files.move(patches.resolve("0001-first.patch"), patches.resolve("fix.patch"));
        edit("fs/one.c");
        change("fs/one.c", "* 3", "* 4");

        capture("x", null);
        capture(null, null);

        assertThat(patches.resolve("series")).hasContent("fix.patch\n0002-x.patch\n");
    }

    @Test
    void whatCannotBeCapturedIsRefused() {
        assertThatThrownBy(() -> capture("x", null)).hasMessageContaining("KP104 kpatch:edit");
        edit("fs/one.c");
        assertThatThrownBy(() -> capture("x", null)).hasMessageContaining("KP332");
        assertThatThrownBy(() -> capture("x", "../x.patch")).hasMessageContaining("KP106 kpatch.patchName");
    }

    @Test
    void onlyFilesOfTheSourceAreTaken() {
        assertThatThrownBy(() -> EditSources.check(" , ")).hasMessageContaining("KP106 kpatch.files");
        assertThatThrownBy(() -> edit("fs/one.c,fs/none.c,../facts/config,/etc/passwd"))
                .hasMessageContaining("KP106 kpatch.files: fs/none.c")
                .hasMessageContaining("KP106 kpatch.files: ../facts/config")
                .hasMessageContaining("KP106 kpatch.files: /etc/passwd");
        assertThat(edit).doesNotExist();
    }

    @Test
    void filesThatAreThereStayAsTheAuthorLeftThem() throws IOException {
        edit("fs/one.c");
        change("fs/one.c", "* 3", "* 4");

        edit("fs/");

        assertThat(edit.resolve("fs/one.c")).content().contains("* 4");
        assertThat(edit.resolve("fs/two.c")).exists();
        assertThat(new WorkingCopy(edit).changed()).containsExactly("fs/one.c");
    }

    @Test
    void aProjectWithoutPatchesGetsItsFirst() throws IOException {
        Folders.delete(patches);
        edit("fs/two.c");
        Files.delete(edit.resolve("fs/two.c"));
        Files.writeString(edit.resolve("fs/two.c"), "int toy_export(int a) /* EXPORTED */\n{\n\treturn a * 3;\n}\n");

        capture(null, null);

        assertThat(patchNames()).containsExactly("0001-Change-fs-two.c.patch");
    }
}
