package io.github.kpatch.kbuild;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folders that a Makefile adds to those in which the compiler looks for headers ({@code -I} and its kin), as its text
 * has them: what a variable stands for is not known, so a folder behind one is any folder whose path ends in the rest.
 * They are for what is compiled below the Makefile's own folder.
 */
final class IncludeFolders {
    private static final Pattern OPTION =
            Pattern.compile("-(?:I|iquote|isystem|idirafter)[ \\t]*((?:\\$[({][^)}]*[)}]|[^\\s$(){}#,])*)");
    private static final Pattern OWN = Pattern.compile("^(?:\\$[({](?:srctree|objtree)[)}]/)?\\$[({](?:src|obj)[)}]");
    private static final Pattern TOP = Pattern.compile("^\\$[({](?:srctree|objtree)[)}]/");
    private static final String UNKNOWN = "*";

    private IncludeFolders() {}

    /**
     * The folders, relative to the tree and without a slash at the end; behind {@value #UNKNOWN} stands the end of a path
     * that is not known whole.
     *
     * @param makefile its path relative to the tree
     */
    static List<String> in(String makefile, String text) {
        return OPTION.matcher(text)
                .results()
                .map(option -> folder(Includes.parent(makefile), option.group(1)))
                .distinct()
                .sorted()
                .toList();
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
