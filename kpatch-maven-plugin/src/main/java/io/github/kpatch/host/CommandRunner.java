package io.github.kpatch.host;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
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
 * plexus-utils' own time-out kills the child but not make's grandchildren; processes are ended here through {@link
 * ProcessHandle#descendants()}, also when the JVM goes down.
 */
public final class CommandRunner {
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
     * Runs {@code command} to its end.
     *
     * @param lines told each output line as it comes, from one thread at a time
     * @throws ProblemException when the program does not exist
     */
    public CommandResult run(Command command, Consumer<String> lines) {
        trace.accept(String.join(" ", command.arguments()));
        long start = System.nanoTime();
        try (Output output = new Output(command, lines)) {
            Process process = start(command);
            Thread ender = new Thread(() -> end(process), "kpatch-process-ender");
            Runtime.getRuntime().addShutdownHook(ender);
            try {
                process.getOutputStream().close();
                StreamPumper standardOutput = new StreamPumper(process.getInputStream(), output::accept);
                StreamPumper standardError = new StreamPumper(process.getErrorStream(), output::accept);
                standardOutput.start();
                standardError.start();
                boolean timedOut = !await(process, command);
                if (timedOut) {
                    end(process);
                }
                int exitCode = process.waitFor();
                standardOutput.waitUntilDone();
                standardError.waitUntilDone();
                return new CommandResult(
                        command, exitCode, timedOut, output.lastLines(), Duration.ofNanos(System.nanoTime() - start));
            } catch (InterruptedException e) {
                end(process);
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while running " + command.arguments(), e);
            } finally {
                removeShutdownHook(ender);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void removeShutdownHook(Thread ender) {
        try {
            Runtime.getRuntime().removeShutdownHook(ender);
        } catch (IllegalStateException alreadyGoingDown) {
            // The hook is running or has run; there is nothing left to remove.
        }
    }

    private static boolean await(Process process, Command command) throws InterruptedException {
        if (command.timeLimit().isEmpty()) {
            process.waitFor();
            return true;
        }
        return process.waitFor(command.timeLimit().get().toMillis(), TimeUnit.MILLISECONDS);
    }

    private static Process start(Command command) {
        Commandline line = new CleanCommandline();
        line.setExecutable(command.arguments().get(0));
        line.addArguments(
                command.arguments().subList(1, command.arguments().size()).toArray(String[]::new));
        line.setWorkingDirectory(command.directory().toFile());
        environment(command).forEach(line::addEnvironment);
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

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** plexus-utils merges the caller's whole environment into every process; kernel builds must not see it. */
    private static final class CleanCommandline extends Commandline {
        @Override
        public void addSystemEnvironment() {}
    }

    /** Collects both streams: all of it to the log file, the last lines to the result, each line to the listener. */
    private static final class Output implements AutoCloseable {
        private final Deque<String> last = new ArrayDeque<>();
        private final Consumer<String> listener;
        private final BufferedWriter log;

        Output(Command command, Consumer<String> listener) throws IOException {
            this.listener = listener;
            if (command.log().isPresent()) {
                Files.createDirectories(command.log().get().toAbsolutePath().getParent());
                log = Files.newBufferedWriter(
                        command.log().get(),
                        StandardCharsets.UTF_8,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
                log.write("$ " + String.join(" ", command.arguments()) + "\n");
            } else {
                log = null;
            }
        }

        synchronized void accept(String line) {
            if (last.size() == KEPT_LINES) {
                last.removeFirst();
            }
            last.addLast(line);
            if (log != null) {
                try {
                    log.write(line + "\n");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            listener.accept(line);
        }

        synchronized List<String> lastLines() {
            return new ArrayList<>(last);
        }

        @Override
        public synchronized void close() throws IOException {
            if (log != null) {
                log.close();
            }
        }
    }
}
