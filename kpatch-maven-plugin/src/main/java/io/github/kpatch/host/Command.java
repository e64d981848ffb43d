package io.github.kpatch.host;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One process to run: never through a shell, with an environment that holds nothing of the caller's but what is named.
 *
 * @param arguments program and arguments; the program is looked up on {@code PATH} where it holds no slash
 * @param directory working folder
 * @param environment variables on top of {@link CommandRunner}'s clean environment
 * @param log file that receives the whole output, standard error included; appended to
 * @param timeLimit how long it may run before it and its descendants are ended; empty for no limit
 */
public record Command(
        List<String> arguments,
        Path directory,
        Map<String, String> environment,
        Optional<Path> log,
        Optional<Duration> timeLimit) {
    public Command {
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("no program given");
        }
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }

    /** A command with nothing but its arguments and its working folder. */
    public static Command of(Path directory, List<String> arguments) {
        return new Command(arguments, directory, Map.of(), Optional.empty(), Optional.empty());
    }

    /** A command with nothing but its arguments and its working folder. */
    public static Command of(Path directory, String... arguments) {
        return of(directory, List.of(arguments));
    }

    /** The same command with its whole output appended to {@code file}. */
    public Command loggedTo(Path file) {
        return new Command(arguments, directory, environment, Optional.of(file), timeLimit);
    }

    /** The same command, ended with its descendants after {@code limit}. */
    public Command within(Duration limit) {
        return new Command(arguments, directory, environment, log, Optional.of(limit));
    }

    /** The same command with one more variable in its environment. */
    public Command with(String variable, String value) {
        Map<String, String> more = new TreeMap<>(environment);
        more.put(variable, value);
        return new Command(arguments, directory, more, log, timeLimit);
    }
}
