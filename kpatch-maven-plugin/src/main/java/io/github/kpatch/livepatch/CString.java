package io.github.kpatch.livepatch;

import java.nio.charset.StandardCharsets;

/**
 * Texts of a POM as C string literals. Whatever a description or an author's name holds, the compiler must read back the
 * very bytes: quotes and backslashes, trigraphs, and everything outside ASCII are escaped, so that neither the source's
 * encoding nor the compiler's mode matters.
 */
final class CString {
    private CString() {}

    /** The literal, quotes included. Runs of white space become one blank, since modinfo knows single lines only. */
    static String literal(String text) {
        StringBuilder literal = new StringBuilder("\"");
        for (byte value : text.strip().replaceAll("[\\s\\x00]+", " ").getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (value & 0xff);
            if (character == '"' || character == '\\' || character == '?') {
                literal.append('\\').append(character);
            } else if (character >= 0x20 && character < 0x7f) {
                literal.append(character);
            } else {
                // Three octal digits end by themselves; a hexadecimal escape would swallow the digits after it.
                literal.append(String.format("\\%03o", (int) character));
            }
        }
        return literal.append('"').toString();
    }
}
