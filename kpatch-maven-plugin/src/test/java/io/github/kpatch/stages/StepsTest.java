package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.host.KeptFile;
import io.github.kpatch.host.Workspace;
import io.github.kpatch.testing.TestConsole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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

    private void link(BuildContext context, Result diffed) {
        context.steps()
                .run(new Step<>(
                        Stage.LINK,
                        Map.of(Stage.DIFF, diffed),
                        List.of(),
                        Result.class,
                        own -> work(context.workspace(), own),
                        Result::text));
    }

    @Test
    void aResultOfAnotherResultThanLiesThereIsRefused() {
        BuildContext context = build.context();
        link(context, run(context, "a"));
        run(context, "b");

        assertThatThrownBy(() -> context.steps().need(Stage.LINK, Result.class, Stage.BOOT_TEST))
                .hasMessageContaining("KP107 kpatch:link")
                .hasMessageContaining("kpatch:diff")
                .hasMessageContaining("mvn package");
    }

    private Optional<Result> found(BuildContext context, String... inputs) {
        return context.steps().found(Stage.LINK, Result.class, List.of(inputs), Stage.BOOT_TEST);
    }

    @Test
    void whatNeedNotHaveBeenDoneIsFoundWhenItIsOfNow() throws IOException {
        BuildContext context = build.context();
        assertThat(found(context)).isEmpty();

        link(context, run(context, "a"));

        assertThat(found(context)).isPresent();
        assertThat(found(context, "other")).isEmpty();
        Files.writeString(
                context.workspace().locate(found(context).orElseThrow().file()), "by hand");
        assertThat(found(context)).isEmpty();
    }

    @Test
    void whatWasDoneForAnotherResultIsNotFound() {
        BuildContext context = build.context();
        link(context, run(context, "a"));
        run(context, "b");

        assertThat(found(context)).isEmpty();
    }

    @Test
    void aChangedFileIsNotConsumed() throws IOException {
        BuildContext context = build.context();
        Path file = context.workspace().locate(run(context, "a").file());
        Files.writeString(file, "by hand");

        assertThatThrownBy(() -> context.steps().need(Stage.DIFF, Result.class, Stage.LINK))
                .hasMessageContaining("KP108 " + file)
                .hasMessageContaining("mvn process-classes");
        assertThat(file).hasContent("by hand");
    }

    @Test
    void aChangedFileIsMadeAgainAndSaid() throws IOException {
        BuildContext context = build.context();
        Path file = context.workspace().locate(run(context, "a").file());
        Files.writeString(file, "by hand");

        run(context, "a");

        assertThat(file).hasContent("content");
        assertThat(build.warned).containsExactly(file + " is not what kpatch:diff left there: made again");
    }

    @Test
    void linksAreFollowedWhenInputsAreDigested() throws IOException {
        Path real = Files.createDirectories(folder.resolve("real/below"));
        Path file = Files.writeString(real.resolve("a.sh"), "one");
        Path scripts = Files.createSymbolicLink(folder.resolve("scripts"), real.getParent());
        Path linkBelow = Files.createDirectory(folder.resolve("plain"));
        Files.createSymbolicLink(linkBelow.resolve("below"), real);
        List<String> before = Steps.contents(scripts);
        List<String> beforeBelow = Steps.contents(linkBelow);

        Files.writeString(file, "two");

        assertThat(Steps.contents(scripts)).hasSize(1).isNotEqualTo(before);
        assertThat(Steps.contents(linkBelow)).hasSize(1).isNotEqualTo(beforeBelow);
    }

    @Test
    void aRoundOfLinksIsAProblemOfTheFolder() throws IOException {
        Files.createSymbolicLink(folder.resolve("loop"), folder);

        assertThatThrownBy(() -> Steps.contents(folder)).hasMessageContaining("KP105");
    }

    @Test
    @Timeout(60)
    void twoBuildsOfOneProjectTakeTurns() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(1);
        TestConsole other = new TestConsole();
        Workspace workspace = build.context().workspace();
        BuildContext second = build.context(console -> {
            other.info(console);
            waiting.countDown();
        });
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Boolean> one = threads.submit(() -> build.context().alone(() -> {
                inside.countDown();
                order.add("first begins");
                await(waiting);
                return order.add("first ends");
            }));
            Future<Boolean> two = threads.submit(() -> {
                await(inside);
                return second.alone(() -> order.add("second"));
            });
            assertThat(one.get()).isTrue();
            assertThat(two.get()).isTrue();
        } finally {
            threads.shutdownNow();
        }
        assertThat(order).containsExactly("first begins", "first ends", "second");
        assertThat(other.told).containsExactly("Waiting for another build: it works in " + workspace.root());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aMissingStageNamesThePhaseToRun() {
        assertThatThrownBy(() -> build.context().steps().need(Stage.BUILD_OBJECTS, Result.class, Stage.DIFF))
                .hasMessageContaining("KP104")
                .hasMessageContaining("kpatch:build-objects")
                .hasMessageContaining("mvn compile");
    }
}
