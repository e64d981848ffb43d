package io.github.kpatch.kbuild;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folders that a Makefile adds to those in which the compiler looks for headers ({@code -I} and its kin), as its text
 * has them. A variable that it sets in one place stands for what is set there; what another one stands for is not known,
 * so a folder behind it is any folder whose path ends in the rest. They are for what is compiled below the Makefile's own
 * folder.
 */
final class IncludeFolders {
    private static final Pattern OPTION =
            Pattern.compile("-(?:I|iquote|isystem|idirafter)[ \\t]*((?:\\$[({][^)}]*[)}]|[^\\s$(){}#,])*)");
    private static final Pattern OWN = Pattern.compile("^(?:\\$[({](?:srctree|objtree)[)}]/)?\\$[({](?:src|obj)[)}]");
    private static final Pattern TOP = Pattern.compile("^\\$[({](?:srctree|objtree)[)}]/");
    private static final Pattern COMMENT = Pattern.compile("(?m)(?<!\\\\)#.*$");
    private static final Pattern SET = Pattern.compile(
            "(?m)(?:^|:)[ \\t]*(?:(?:export|override)[ \\t]+)?([A-Za-z_]\\w*)[ \\t]*(:{0,3}=|\\?=|\\+=)[ \\t]*([^\\n]*?)[ \\t]*$");
    /** A folder that comes with the compiler, outside of the tree. */
    private static final Pattern OF_COMPILER = Pattern.compile("\\$\\(shell \\$\\(CC\\) -print-file-name=[\\w.-]+\\)");

    private static final Pattern VARIABLE = Pattern.compile("\\$[({]([A-Za-z_]\\w*)[)}]");
    private static final Set<String> ONLY_SET = Set.of("=", ":=");
    private static final Set<String> OF_KBUILD = Set.of("src", "obj", "srctree", "objtree");

    /** Makefiles nest a variable or two; one that stands for itself has no end. */
    private static final int NESTED = 8;

    private static final String UNKNOWN = "*";

    private IncludeFolders() {}

    /**
     * The folders, relative to the tree and without a slash at the end; behind {@value #UNKNOWN} stands the end of a path
     * that is not known whole.
     *
     * @param makefile its path relative to the tree
     */
    static List<String> in(String makefile, String text) {
        String uncommented =
                OF_COMPILER.matcher(COMMENT.matcher(text).replaceAll("")).replaceAll("/compiler");
        Map<String, String> values = values(uncommented);
        return OPTION.matcher(uncommented)
                .results()
                .map(option -> folder(Includes.parent(makefile), expanded(option.group(1), values)))
                .distinct()
                .sorted()
                .toList();
    }

    /** What the variables stand for that the text sets in one place, and nowhere adds to. */
    private static Map<String, String> values(String text) {
        Map<String, String> values = new HashMap<>();
        Set<String> doubtful = new HashSet<>();
        SET.matcher(text).results().forEach(set -> {
            String value = set.group(3);
            boolean whole = ONLY_SET.contains(set.group(2)) && !value.endsWith("\\") && !value.contains(" ");
            if (values.putIfAbsent(set.group(1), value) != null || !whole) {
                doubtful.add(set.group(1));
            }
        });
        values.keySet().removeAll(doubtful);
        values.keySet().removeAll(OF_KBUILD);
        return values;
    }

    private static String expanded(String option, Map<String, String> values) {
        String expanded = option;
        for (int i = 0; i < NESTED; i++) {
            expanded = VARIABLE.matcher(expanded)
                    .replaceAll(variable ->
                            Matcher.quoteReplacement(values.getOrDefault(variable.group(1), variable.group())));
        }
        return expanded;
    }

    private static String folder(String own, String option) {
        String folder = TOP.matcher(OWN.matcher(option).replaceFirst(Matcher.quoteReplacement("./" + own)))
                .replaceFirst("");
        if (folder.isEmpty()) {
            return UNKNOWN;
        }
        int variable = Math.max(folder.lastIndexOf(')'), folder.lastIndexOf('}'));
        String end = withoutSlash(folder.substring(variable + 1));
        return variable < 0
                ? Path.of(end).normalize().toString()
                : UNKNOWN + (Stream.of(end.split("/")).anyMatch(".."::equals) ? "" : end);
    }

    /** Whether {@code folder}, relative to the tree, may be one that {@link #in} said. */
    static boolean mayBe(String said, String folder) {
        String wanted = "/" + withoutSlash(folder);
        return said.startsWith(UNKNOWN) ? wanted.endsWith(said.substring(UNKNOWN.length())) : wanted.equals("/" + said);
    }

    private static String withoutSlash(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
