package io.github.kpatch.host;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Problems as a console shows them. A wrong file may have three hundred thousand, and a line of it a million characters:
 * what a person would not read stands in a file, and the console names it.
 */
public final class ProblemList {
    /** How many problems a console shows. */
    static final int SHOWN = 25;

    /** How many characters of a line it shows. */
    static final int LONGEST_LINE = 1000;

    private ProblemList() {}

    /**
     * The lines to show: all problems where they are few, else the first of them and where the others are.
     *
     * @param whole file that receives all of them where not all is shown
     */
    public static List<String> lines(List<Problem> problems, Path whole) {
        List<String> all = problems.stream().map(Problem::toString).toList();
        List<String> shown =
                all.stream().limit(SHOWN).map(ProblemList::shortened).collect(Collectors.toCollection(ArrayList::new));
        if (shown.equals(all)) {
            return all;
        }
        String rest = all.size() > SHOWN ? "… and " + (all.size() - SHOWN) + " more. " : "";
        shown.add(rest + kept(all, whole));
        return shown;
    }

    /** Warns of problems, as {@link #lines} shows them. */
    public static void warn(List<Problem> problems, Path whole, Console console) {
        lines(problems, whole).forEach(console::warn);
    }

    private static String kept(List<String> all, Path whole) {
        try {
            Folders.write(whole, String.join("\n", all) + "\n");
            return "The whole: " + whole;
        } catch (ProblemException unwritable) {
            return "The whole could not be written to " + whole + ".";
        }
    }

    private static String shortened(String problem) {
        return problem.lines()
                .map(line -> line.length() <= LONGEST_LINE
                        ? line
                        : line.substring(0, LONGEST_LINE) + "… (" + (line.length() - LONGEST_LINE)
                                + " characters more)")
                .collect(Collectors.joining("\n"));
    }
}
