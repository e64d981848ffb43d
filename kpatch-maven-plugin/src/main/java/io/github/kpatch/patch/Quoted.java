package io.github.kpatch.patch;

import java.nio.charset.StandardCharsets;

/**
 * Text of a patch or a source file inside a message. Patches come from strangers: control characters would reach the
 * user's terminal. And the difference between expected and found text is often white space alone, so it must be seen.
 */
final class Quoted {
    private static final int LONGEST = 120;

    private Quoted() {}

    /** {@code text}, already decoded, between quotation marks, with escapes for what cannot be seen, cut where long. */
    static String of(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().limit(LONGEST).forEach(c -> {
            switch (c) {
                case '\t' -> quoted.append("\\t");
                case '\r' -> quoted.append("\\r");
                case '\n' -> quoted.append("\\n");
                default -> {
                    if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                        quoted.append("\\u%04x".formatted(c));
                    } else {
                        quoted.appendCodePoint(c);
                    }
                }
            }
        });
        return quoted.append(text.codePointCount(0, text.length()) > LONGEST ? "…\"" : "\"")
                .toString();
    }

    /** The same for text that holds one byte a character. */
    static String ofBytes(String text) {
        return of(new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    }

    /** A path that holds one byte a character: as it is where it is an ordinary one, else quoted. */
    static String path(String path) {
        return path.matches("[A-Za-z0-9._/+,@~=-]{1,%d}".formatted(LONGEST)) ? path : ofBytes(path);
    }
}
