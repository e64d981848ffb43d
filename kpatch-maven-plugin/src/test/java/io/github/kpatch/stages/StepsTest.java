package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.host.KeptFile;
import io.github.kpatch.host.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepsTest {
    @TempDir
    private Path folder;

    private TestBuild build;
    private int worked;

    private record Result(String text, KeptFile file, Optional<String> nothing, Optional<KeptFile> something)
            implements StageResult {
        @Override
        public List<KeptFile> kept() {
            return List.of(file);
        }
    }

    @BeforeEach
    void startBuild() {
        build = new TestBuild(folder);
    }

    private Result run(BuildContext context, String... inputs) {
        return context.steps()
                .run(new Step<>(
                        Stage.DIFF,
                        Map.of(),
                        List.of(inputs),
                        Result.class,
                        own -> work(context.workspace(), own),
                        Result::text));
    }

    private Result work(Workspace workspace, Path own) {
        worked++;
        try {
            assertThat(own).isEmptyDirectory();
            KeptFile file = workspace.keep(Files.writeString(own.resolve("out"), "content"));
            return new Result("worked " + worked, file, Optional.empty(), Optional.of(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aStageIsDoneOnceForTheSameInputs() {
        Result first = run(build.context(), "a", "b");
        Result second = run(build.context(), "a", "b");

        assertThat(second).isEqualTo(first);
        assertThat(worked).isEqualTo(1);
        assertThat(build.told.get(0)).matches("worked 1 in \\d+\\.\\d s");
        assertThat(build.told.get(1)).isEqualTo("worked 1 (nothing changed)");
    }

    @Test
    void otherInputsMeanOtherWork() {
        run(build.context(), "a", "b");
        run(build.context(), "ab");

        assertThat(worked).isEqualTo(2);
    }

    @Test
    void aLostFileMeansNewWork() throws IOException {
        Files.delete(
                build.context().workspace().locate(run(build.context(), "a").file()));
        run(build.context(), "a");

        assertThat(worked).isEqualTo(2);
    }

    @Test
    void anotherVersionOfThePluginTrustsNothing() {
        run(build.context("1"), "a");
        run(build.context("2"), "a");

        assertThat(worked).isEqualTo(2);
    }

    @Test
    void aDamagedRecordIsNone() throws IOException {
        BuildContext context = build.context();
        run(context, "a");
        Path record = Stage.DIFF.record(context.workspace());
        String text = Files.readString(record);
        for (int length = 0; length < text.length() - 2; length++) {
            Files.writeString(record, text.substring(0, length));
            assertThatThrownBy(() -> context.steps().need(Stage.DIFF, Result.class, Stage.LINK))
                    .hasMessageContaining("KP104");
        }
    }

    @Test
    void workThatFailsLeavesNoRecordOfEarlierWork() {
        BuildContext context = build.context();
        run(context, "a");

        assertThatThrownBy(() -> context.steps()
                        .run(new Step<>(
                                Stage.DIFF,
                                Map.of(),
                                List.of("other"),
                                Result.class,
                                own -> {
                                    throw new IllegalStateException("failed");
                                },
                                Result::text)))
                .hasMessage("failed");

        assertThat(Stage.DIFF.record(context.workspace())).doesNotExist();
    }

    @Test
    void aMissingStageNamesThePhaseToRun() {
        assertThatThrownBy(() -> build.context().steps().need(Stage.BUILD_OBJECTS, Result.class, Stage.DIFF))
                .hasMessageContaining("KP104")
                .hasMessageContaining("kpatch:build-objects")
                .hasMessageContaining("mvn compile");
    }
}
