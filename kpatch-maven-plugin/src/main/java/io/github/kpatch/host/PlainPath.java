package io.github.kpatch.host;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Paths and names that a make or a shell takes for nothing else. Makefiles paste them into commands and lists unquoted, so
 * that a blank parts a name in two, a {@code %} is a pattern and a backquote runs a command. What is not known to be
 * harmless is not passed on.
 */
public final class PlainPath {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/._+-]+");

    private PlainPath() {}

    /** Whether the path, made absolute, consists of ASCII letters, digits and {@code / . _ + -} alone. */
    public static boolean is(Path path) {
        return is(path.toAbsolutePath().toString());
    }

    /** Whether a name or path consists of ASCII letters, digits and {@code / . _ + -} alone, and is no option. */
    public static boolean is(String name) {
        return PLAIN.matcher(name).matches() && !name.startsWith("-");
    }
}
