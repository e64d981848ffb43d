package io.github.kpatch.host;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.codehaus.plexus.util.cli.CommandLineException;
import org.codehaus.plexus.util.cli.Commandline;
import org.codehaus.plexus.util.cli.StreamPumper;

/**
 * Runs the field's own tools (make, the compiler, patch, qemu).
 *
 * <p>Kernel builds are steered by dozens of environment variables, so a process gets none of the caller's but those in
 * {@link #PASSED_ON}: a forgotten {@code KCFLAGS} or {@code MAKEFLAGS} in a shell must not change a module's bytes.
 * plexus-utils' own time-out kills the child but not make's grandchildren; processes are ended here with their whole
 * {@link ProcessFamily}, also when the JVM goes down.
 */
public final class CommandRunner {
    /** How long the rest of what an ended process said is waited for. */
    private static final long ENDED_STREAM_MILLIS = 5_000;

    /** How many of the last output lines a {@link CommandResult} keeps. */
    public static final int KEPT_LINES = 400;

    /** Variables of the caller that a process sees. {@code LC_ALL} is always {@code C}. */
    static final List<String> PASSED_ON = List.of("PATH", "HOME", "TMPDIR", "USER", "LOGNAME");

    private final Consumer<String> trace;

    /**
     * @param trace told each command line before it runs, for {@code -X}
     */
    public CommandRunner(Consumer<String> trace) {
        this.trace = trace;
    }

    /** Runs {@code command} to its end. */
    public CommandResult run(Command command) {
        return run(command, line -> {});
    }

    /**
     * Runs {@code command} to its end, or until {@code lines} or the log file fails.
     *
     * @param lines told each output line as it comes, from one thread at a time; what it throws, this throws
     * @throws ProblemException when the program does not exist, its output cannot be logged, or it failed for want of
     *     room on a disk
     */
    public CommandResult run(Command command, Consumer<String> lines) {
        trace.accept(String.join(" ", command.arguments()));
        long start = System.nanoTime();
        Ending ending = new Ending();
        Thread ender = new Thread(ending::end, "kpatch-process-ender");
        // Before the start: where the JVM is going down already, nothing is started any more.
        Runtime.getRuntime().addShutdownHook(ender);
        try {
            CommandResult result;
            Output output = new Output(command, lines, ending);
            try (output) {
                result = run(command, output, ending, start);
            }
            output.rethrow();
            if (!result.succeeded() && output.saysDiskIsFull()) {
                throw ProblemException.input(FullDisk.problem(fullest(command), 0));
            }
            return result;
        } finally {
            removeShutdownHook(ender);
        }
    }

    private static CommandResult run(Command command, Output output, Ending ending, long start) {
        Process process = ending.start(command);
        try {
            closeInput(process);
            StreamPumper standardOutput = new StreamPumper(process.getInputStream(), output::accept);
            StreamPumper standardError = new StreamPumper(process.getErrorStream(), output::accept);
            standardOutput.start();
            standardError.start();
            boolean timedOut = !await(process, command);
            if (timedOut) {
                ending.end();
            }
            int exitCode = process.waitFor();
            for (StreamPumper stream : List.of(standardOutput, standardError)) {
                if (ending.hasEnded()) {
                    // What escaped the ending may hold the stream open for ever.
                    stream.join(ENDED_STREAM_MILLIS);
                } else {
                    stream.waitUntilDone();
                }
            }
            for (StreamPumper stream : List.of(standardOutput, standardError)) {
                // The streams of a process that is ended here are closed under their readers.
                if (stream.getException() != null && !ending.hasEnded()) {
                    throw new IllegalStateException("lost output of " + command.arguments(), stream.getException());
                }
            }
            return new CommandResult(
                    command, exitCode, timedOut, output.lastLines(), Duration.ofNanos(System.nanoTime() - start));
        } catch (InterruptedException e) {
            ending.end();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command.arguments(), e);
        }
    }

    /** No program is to wait for input. One that has ended already has closed it itself. */
    private static void closeInput(Process process) {
        try {
            process.getOutputStream().close();
        } catch (IOException alreadyEnded) {
            // Nothing was written that could be lost.
        }
    }

    private static Path fullest(Command command) {
        String temporary =
                Optional.ofNullable(environment(command).get("TMPDIR")).orElse("/tmp");
        return FullDisk.fullest(command.directory(), Path.of(temporary));
    }

    private static void removeShutdownHook(Thread ender) {
        try {
            Runtime.getRuntime().removeShutdownHook(ender);
        } catch (IllegalStateException alreadyGoingDown) {
            // The hook is running or has run; there is nothing left to remove.
        }
    }

    /**
     * Sees that a process ends with this JVM. Starting and ending exclude each other, so that a process started while the
     * JVM goes down is ended too, or not started at all.
     */
    private static final class Ending {
        private final ProcessFamily family = new ProcessFamily();
        private Process process;
        private boolean ended;

        synchronized Process start(Command command) {
            if (ended) {
                throw new IllegalStateException("the JVM goes down");
            }
            process = process(command, family.environment());
            return process;
        }

        synchronized void end() {
            ended = true;
            if (process != null) {
                family.end(process.toHandle());
            }
        }

        synchronized boolean hasEnded() {
            return ended;
        }
    }

    private static boolean await(Process process, Command command) throws InterruptedException {
        if (command.timeLimit().isEmpty()) {
            process.waitFor();
            return true;
        }
        return process.waitFor(command.timeLimit().get().toMillis(), TimeUnit.MILLISECONDS);
    }

    private static Process process(Command command, Map<String, String> mark) {
        Commandline line = new CleanCommandline();
        line.setExecutable(command.arguments().get(0));
        line.addArguments(
                command.arguments().subList(1, command.arguments().size()).toArray(String[]::new));
        line.setWorkingDirectory(command.directory().toFile());
        environment(command).forEach(line::addEnvironment);
        mark.forEach(line::addEnvironment);
        try {
            return line.execute();
        } catch (CommandLineException e) {
            throw ProblemException.input(
                    Problem.of(
                            ProblemCode.TOOL_MISSING,
                            command.arguments().get(0),
                            "The program could not be started (" + e.getMessage() + ")."),
                    e);
        }
    }

    private static Map<String, String> environment(Command command) {
        Map<String, String> environment = new TreeMap<>();
        for (String name : PASSED_ON) {
            String value = System.getenv(name);
            if (value != null) {
                environment.put(name, value);
            }
        }
        environment.put("LC_ALL", "C");
        environment.putAll(command.environment());
        return environment;
    }

    /** plexus-utils merges the caller's whole environment into every process; kernel builds must not see it. */
    private static final class CleanCommandline extends Commandline {
        @Override
        public void addSystemEnvironment() {}
    }

    /**
     * Collects both streams: all of it to the log file, the last lines to the result, each line to the listener. A
     * StreamPumper keeps to itself what its listener throws and then delivers nothing more; so the first failure is kept
     * here, and the process, whose output nobody takes any more, is ended.
     */
    private static final class Output implements AutoCloseable {
        private final Deque<String> last = new ArrayDeque<>();
        private final Consumer<String> listener;
        private final Ending ending;
        private final Optional<Path> log;
        private final Writer writer;
        private Throwable failure;
        private boolean diskFull;

        Output(Command command, Consumer<String> listener, Ending ending) {
            this.listener = listener;
            this.ending = ending;
            this.log = command.log();
            this.writer = log.map(Output::open).orElseGet(Writer::nullWriter);
            log("$ " + String.join(" ", command.arguments()));
        }

        private static Writer open(Path log) {
            return Folders.doing(log, () -> {
                Files.createDirectories(log.toAbsolutePath().getParent());
                return Files.newBufferedWriter(
                        log, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            });
        }

        private void log(String line) {
            try {
                writer.write(line + "\n");
            } catch (IOException e) {
                throw Folders.unusable(log.orElseThrow(), e);
            }
        }

        synchronized void accept(String line) {
            if (failure != null) {
                return;
            }
            if (last.size() == KEPT_LINES) {
                last.removeFirst();
            }
            last.addLast(line);
            diskFull |= FullDisk.isSaidIn(line);
            try {
                log(line);
                listener.accept(line);
            } catch (RuntimeException | Error e) {
                failure = e;
                ending.end();
            }
        }

        synchronized List<String> lastLines() {
            return new ArrayList<>(last);
        }

        synchronized boolean saysDiskIsFull() {
            return diskFull;
        }

        synchronized void rethrow() {
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure instanceof RuntimeException exception) {
                throw exception;
            }
        }

        @Override
        public synchronized void close() {
            try {
                writer.close();
            } catch (IOException e) {
                if (failure == null) {
                    failure = Folders.unusable(log.orElseThrow(), e);
                }
            }
        }
    }
}
