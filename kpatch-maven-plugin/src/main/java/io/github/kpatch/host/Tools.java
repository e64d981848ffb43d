package io.github.kpatch.host;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds programs on the {@code PATH} and asks them for their versions, each only once for as long as the program file
 * stays the same: a build in which nothing changed starts none of them.
 */
public final class Tools {
    private static final Duration VERSION_LIMIT = Duration.ofSeconds(30);

    private final CommandRunner runner;
    private final FileMemo memo;
    private final SearchPath searchPath;

    /**
     * Tools on the {@code PATH}.
     *
     * @param memo remembers the answers of programs
     */
    public Tools(CommandRunner runner, FileMemo memo) {
        this(runner, memo, Optional.ofNullable(System.getenv("PATH")).orElse(""));
    }

    /**
     * @param searchPath folders to look in, separated as in {@code PATH}
     */
    public Tools(CommandRunner runner, FileMemo memo, String searchPath) {
        this.runner = runner;
        this.memo = memo;
        this.searchPath = SearchPath.of(searchPath);
    }

    /**
     * Where a program is.
     *
     * @param program a name to be looked up on the {@code PATH}, or a path
     */
    public Optional<Path> find(String program) {
        return program.indexOf('/') >= 0
                ? Optional.of(Path.of(program)).filter(SearchPath::isProgram)
                : searchPath.programs(program).findFirst();
    }

    /** The first line with text that a program prints when it is asked {@code --version}. */
    public String version(Path program) {
        return ask(program, List.of("--version"))
                .lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .orElse("");
    }

    /**
     * What a program prints for some arguments, which must depend on nothing but the program.
     *
     * @throws ProblemException when it ends with an error
     */
    public String ask(Path program, List<String> arguments) {
        return memo.recall(String.join("\0", arguments), List.of(program), () -> {
            List<String> line = new ArrayList<>(List.of(program.toString()));
            line.addAll(arguments);
            CommandResult result = runner.run(Command.of(Path.of("/"), line).within(VERSION_LIMIT));
            if (!result.succeeded()) {
                throw ProblemException.input(
                        ProblemCode.TOOL_FAILED,
                        String.join(" ", line),
                        "The program ended with code " + result.exitCode() + ": " + String.join(" / ", result.output())
                                + ".");
            }
            return String.join("\n", result.output());
        });
    }
}
