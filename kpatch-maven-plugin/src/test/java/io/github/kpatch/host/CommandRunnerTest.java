package io.github.kpatch.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes: what of their output may never be lost, and that none of them outlives its build. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CommandRunnerTest {
    /** A time that no other process on the machine sleeps. */
    private static final String LONG_SLEEP = "86399.25";

    @TempDir
    Path folder;

    private final CommandRunner runner = new CommandRunner(line -> {});

    private Command shell(String script) {
        return Command.of(folder, "sh", "-c", script);
    }

    @Test
    void everyLineIsToldAndLogged() throws IOException {
        List<String> lines = new CopyOnWriteArrayList<>();
        Path log = folder.resolve("logs/a.log");

        CommandResult result = runner.run(shell("seq 1000; echo error >&2").loggedTo(log), lines::add);

        assertThat(result.succeeded()).isTrue();
        assertThat(lines).hasSize(1001).contains("1", "1000", "error");
        assertThat(Files.readAllLines(log)).hasSize(1002);
        assertThat(result.output()).hasSize(CommandRunner.KEPT_LINES);
    }

    @Test
    void whatAListenerThrowsIsThrownAndTheProcessEnded() {
        List<String> lines = new CopyOnWriteArrayList<>();

        assertThatThrownBy(() -> runner.run(shell("seq 100; sleep " + LONG_SLEEP), line -> {
                    lines.add(line);
                    if (line.equals("3")) {
                        throw new IllegalStateException("the third line");
                    }
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the third line");
        assertThat(lines).containsExactly("1", "2", "3");
        assertThat(sleepers()).isEmpty();
    }

    @Test
    void anErrorOfAListenerIsNotLostEither() {
        assertThatThrownBy(() -> runner.run(shell("echo a"), line -> {
                    throw new AssertionError("no");
                }))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void aLogThatCannotBeWrittenIsAProblem() {
        assertThat(problem(shell("seq 100000").loggedTo(Path.of("/dev/full"))).code())
                .isEqualTo(ProblemCode.DISK_FULL);
        assertThat(problem(shell("echo a").loggedTo(Path.of("/dev/full"))).code())
                .isEqualTo(ProblemCode.DISK_FULL);
        assertThat(problem(shell("echo a").loggedTo(folder)).code()).isEqualTo(ProblemCode.WORK_FOLDER_UNUSABLE);
    }

    @Test
    void aProgramThatFailsForWantOfRoomIsNoOtherFailure() {
        Problem problem = problem(Command.of(folder, "dd", "if=/dev/zero", "of=/dev/full", "count=1"));

        assertThat(problem.code()).isEqualTo(ProblemCode.DISK_FULL);
        assertThat(problem.what()).contains("MiB free");
    }

    @Test
    void aCompilersQuotationOfSourceIsNoFullDisk() {
        String quoted = "echo '   28 | #define ENOSPC 28 /* No space left on device */'; exit 1";

        assertThat(runner.run(shell(quoted)).exitCode()).isEqualTo(1);
        assertThat(runner.run(shell("echo 'No space left on device'; exit 0")).succeeded())
                .isTrue();
    }

    @Test
    void aTimeLimitEndsTheWholeFamily() {
        CommandResult result = runner.run(
                shell("sh -c 'sleep %s; true' & wait".formatted(LONG_SLEEP)).within(Duration.ofSeconds(1)));

        assertThat(result.timedOut()).isTrue();
        assertThat(sleepers()).isEmpty();
    }

    @Test
    void whatIsForkedWhileItsFamilyIsEndedIsEndedToo() {
        for (int i = 0; i < 40; i++) {
            Command forks = shell("n=0; while [ $n -lt 2000 ]; do sleep %s & n=$((n + 1)); done".formatted(LONG_SLEEP));

            runner.run(forks.within(Duration.ofMillis(20 + i)));

            assertEnded();
        }
    }

    @Test
    void whatItsParentLeftBehindIsEndedToo() {
        List<String> lines = new CopyOnWriteArrayList<>();
        Command leaves = shell("sh -c 'sleep %1$s & echo left'; sleep %1$s".formatted(LONG_SLEEP));

        runner.run(leaves.within(Duration.ofSeconds(1)), lines::add);

        assertThat(lines).containsExactly("left");
        assertEnded();
    }

    @Test
    void aChildWithAnEmptyEnvironmentIsEndedToo() {
        runner.run(shell("env -i sleep " + LONG_SLEEP).within(Duration.ofSeconds(1)));

        assertEnded();
    }

    private static void assertEnded() {
        List<ProcessHandle> survivors = sleepers();
        survivors.forEach(ProcessHandle::destroyForcibly);
        assertThat(survivors).isEmpty();
    }

    /** Begins to end while another thread is about to start a process, and takes long enough for it to be started. */
    static final class Leaver {
        private Leaver() {}

        public static void main(String[] arguments) {
            Thread starter = new Thread(() -> {
                while (!goesDown()) {
                    Thread.onSpinWait();
                }
                new CommandRunner(line -> {}).run(Command.of(Path.of("/"), "sleep", LONG_SLEEP));
            });
            starter.start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    starter.join(3000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
            System.exit(0);
        }

        private static boolean goesDown() {
            Thread hook = new Thread(() -> {});
            try {
                Runtime.getRuntime().addShutdownHook(hook);
                return !Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException goingDown) {
                return true;
            }
        }
    }

    @Test
    void nothingStartedWhileTheJvmGoesDownOutlivesIt() throws Exception {
        Process leaver = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Leaver.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();

        leaver.waitFor();

        try {
            assertThat(sleepers()).isEmpty();
        } finally {
            sleepers().forEach(ProcessHandle::destroyForcibly);
        }
    }

    private Problem problem(Command command) {
        ProblemException problem = catchThrowableOfType(ProblemException.class, () -> runner.run(command));
        assertThat(problem).as("a refusal").isNotNull();
        assertThat(problem.problems()).hasSize(1);
        return problem.problems().get(0);
    }

    /** The processes of this test that live, those that a shell has forked and not yet made a {@code sleep} included. */
    private static List<ProcessHandle> sleepers() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .arguments()
                        .filter(arguments -> String.join(" ", arguments).contains(LONG_SLEEP))
                        .isPresent())
                .toList();
    }
}
