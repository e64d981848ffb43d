package io.github.kpatch.patch;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The tokens of C source as it stands, before the preprocessor: enough to tell whether a patch changes what a declaration
 * says, or only how it is laid out and commented. A {@code #} is a token like any other; the end of a line that begins
 * with one is the token {@code "\n"}, because a directive ends there.
 */
final class CTokens {
    static final String END_OF_DIRECTIVE = "\n";

    private static final Pattern CONTINUATION = Pattern.compile("\\\\\\r?\\n");
    private static final Pattern TOKEN = Pattern.compile(
            "/\\*.*?(?:\\*/|\\z)"
                    + "|//[^\\n]*"
                    + "|\"(?:\\\\.|[^\"\\\\\\n])*\"?"
                    + "|'(?:\\\\.|[^'\\\\\\n])*'?"
                    + "|[A-Za-z_$][\\w$]*"
                    + "|[0-9][\\w.]*"
                    + "|\\n"
                    + "|\\S",
            Pattern.DOTALL);

    private CTokens() {}

    static List<String> of(String text) {
        Matcher token = TOKEN.matcher(CONTINUATION.matcher(text).replaceAll(" "));
        boolean[] inDirective = {false};
        boolean[] lineBegins = {true};
        return token.results()
                .map(result -> result.group())
                .flatMap(found -> {
                    if (found.startsWith("/*") || found.startsWith("//")) {
                        return Stream.empty();
                    }
                    if (found.equals(END_OF_DIRECTIVE)) {
                        boolean ends = inDirective[0];
                        inDirective[0] = false;
                        lineBegins[0] = true;
                        return ends ? Stream.of(found) : Stream.empty();
                    }
                    inDirective[0] |= lineBegins[0] && found.equals("#");
                    lineBegins[0] = false;
                    return Stream.of(found);
                })
                .toList();
    }

    /** Whether a token is a name. */
    static boolean isName(String token) {
        return Character.isJavaIdentifierStart(token.charAt(0));
    }
}
