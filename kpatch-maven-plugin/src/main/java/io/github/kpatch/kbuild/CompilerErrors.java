package io.github.kpatch.kbuild;

import io.github.kpatch.host.CommandResult;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Listens to a build for what a person must know of its failure. A failing kernel build ends in a screen of make's own
 * complaints; the cause stands far above them, in the first error of each file.
 */
public final class CompilerErrors implements Consumer<String> {
    private static final Pattern ERROR = Pattern.compile("(\\S+?):(\\d+)(?::\\d+)?: (?:fatal )?error: (.*)");
    private static final Pattern NO_RULE = Pattern.compile("make.*: \\*\\*\\* No rule to make target '([^']+)'.*");
    private static final Pattern MODPOST = Pattern.compile("ERROR: modpost: (.*)");
    private static final int SHOWN_LINES = 15;

    private final Map<String, Problem> firstByFile = new LinkedHashMap<>();

    @Override
    public void accept(String line) {
        Matcher error = ERROR.matcher(line);
        if (error.matches()) {
            firstByFile.putIfAbsent(
                    error.group(1),
                    Problem.of(
                            ProblemCode.COMPILE_FAILED,
                            error.group(1) + ":" + error.group(2),
                            "The compiler says: " + error.group(3) + "."));
            return;
        }
        Matcher modpost = MODPOST.matcher(line);
        if (modpost.matches()) {
            firstByFile.putIfAbsent(
                    line, Problem.of(ProblemCode.LINK_FAILED, "", "modpost says: " + modpost.group(1) + "."));
            return;
        }
        Matcher noRule = NO_RULE.matcher(line);
        if (noRule.matches()) {
            firstByFile.putIfAbsent(
                    noRule.group(1),
                    Problem.of(
                            ProblemCode.PARENT_MISMATCH,
                            noRule.group(1),
                            "The kernel's build has no rule to make this object."));
        }
    }

    /**
     * What went wrong; never empty.
     *
     * @param code what to call a failure without any line that says why
     * @param log file with the whole output
     */
    public List<Problem> problems(CommandResult result, ProblemCode code, Path log) {
        if (!firstByFile.isEmpty()) {
            return firstByFile.values().stream()
                    .map(problem -> new Problem(
                            problem.code(), problem.where(), problem.what(), problem.cure() + " Whole output: " + log))
                    .toList();
        }
        List<String> output = result.output();
        String last = String.join(
                System.lineSeparator() + "  ", output.subList(Math.max(0, output.size() - SHOWN_LINES), output.size()));
        return List.of(new Problem(
                code,
                result.command().arguments().get(0),
                "It ended with " + ending(result) + ", and said last:" + System.lineSeparator() + "  " + last
                        + System.lineSeparator(),
                "Whole output: " + log));
    }

    private static String ending(CommandResult result) {
        return Optional.of(result)
                .filter(CommandResult::timedOut)
                .map(late -> "no end within its time")
                .orElse("code " + result.exitCode());
    }
}
