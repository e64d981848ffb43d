package io.github.kpatch.host;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a process ended.
 *
 * @param command what ran
 * @param exitCode its exit code; meaningless when {@code timedOut}
 * @param timedOut whether it was ended because its time limit had passed
 * @param output the last lines of standard output and standard error, oldest first, at most {@link
 *     CommandRunner#KEPT_LINES}
 * @param duration wall time
 */
public record CommandResult(Command command, int exitCode, boolean timedOut, List<String> output, Duration duration) {
    public CommandResult {
        output = List.copyOf(output);
    }

    /** Whether the process ended by itself with exit code 0. */
    public boolean succeeded() {
        return !timedOut && exitCode == 0;
    }

    /** The file with the whole output, where one was asked for. */
    public Optional<Path> log() {
        return command.log();
    }
}
