package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.host.Folders;
import io.github.kpatch.source.PreparedKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goals called by themselves, as a user may, in whatever state the project is. */
class GoalsTest {
    @TempDir
    private Path folder;

    private PreparedToyKernel kernel;
    private TestBuild build;
    private Path patch;

    @BeforeEach
    void unpack() throws IOException {
        kernel = new PreparedToyKernel(folder);
        build = new TestBuild(folder);
        build.context()
                .steps()
                .run(new Step<>(
                        Stage.UNPACK,
                        Map.of(),
                        List.of(),
                        PreparedKernel.class,
                        own -> kernel.prepared(),
                        any -> "unpacked"));
        patch = Files.createDirectories(folder.resolve("patches")).resolve("one.patch");
        Files.writeString(patch, """
                --- a/fs/one.c
                +++ b/fs/one.c
                @@ -1,5 +1,5 @@
                 int one_value = 1;
                 int one(int a)
                 {
                -	return a + one_value;
                +	return a - one_value * 3;
                 }
                """);
    }

    private static final WantedKernel WANTED = new WantedKernel(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "never",
            true,
            false,
            WantedModules.NONE);

    private Goals goals() {
        return new Goals(build.context());
    }

    private void checkPatches() {
        goals().checkPatches(new ProjectPatches(patch.getParent(), 2, Optional.empty(), List.of()));
    }

    @Test
    void oneAfterTheOtherTheyDoTheirWork() {
        checkPatches();
        goals().buildObjects(WANTED);
        goals().diff(WANTED, DiffObjects.Detail.NONE);

        assertThat(build.told).contains("fs/one.o: changed function: one");
    }

    @Test
    void aPatchThatWasEditedSinceItWasCheckedIsNotBuiltFrom() throws IOException {
        checkPatches();
        Files.writeString(patch, Files.readString(patch).replace("* 3", "* 4"));

        assertThatThrownBy(() -> goals().buildObjects(WANTED))
                .hasMessageContaining("KP107 kpatch:check-patches")
                .hasMessageContaining("The patches have changed")
                .hasMessageContaining("mvn generate-resources");
    }

    @Test
    void objectsOfAnotherPatchAreNotCompared() throws IOException {
        checkPatches();
        goals().buildObjects(WANTED);
        Files.writeString(patch, Files.readString(patch).replace("* 3", "* 4"));
        checkPatches();

        assertThatThrownBy(() -> goals().diff(WANTED, DiffObjects.Detail.NONE))
                .hasMessageContaining("KP107 kpatch:build-objects")
                .hasMessageContaining("kpatch:check-patches");
    }

    @Test
    void papersOfAModuleThatWasNotLinkedAreRefused() {
        checkPatches();
        ReportRequest request = new ReportRequest(
                new ReportRequest.Artifact("group", "artifact", "1"),
                "group:plugin:1",
                "Somebody",
                List.of(),
                Optional.empty(),
                Optional.empty(),
                folder);

        assertThatThrownBy(() -> goals().report(request, config(), scripts()))
                .hasMessageContaining("KP104 kpatch:link")
                .hasMessageContaining("mvn integration-test");
        assertThat(folder).isDirectoryNotContaining("glob:**.json");
    }

    private TestScripts scripts() {
        return new TestScripts(folder.resolve("scripts"), Optional.empty(), List.of());
    }

    private ProjectConfig config() {
        return new ProjectConfig(folder.resolve("kernel.config"));
    }

    @Test
    void aKernelThatTheCacheLostIsSaid() {
        Folders.delete(kernel.tree());

        assertThatThrownBy(this::checkPatches)
                .hasMessageContaining("KP107 kpatch:unpack")
                .hasMessageContaining("mvn initialize");
    }
}
