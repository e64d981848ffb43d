package io.github.kpatch.patch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A source file as lines, one byte a character (ISO-8859-1), such that joining them gives the file again.
 *
 * @param lines without their newlines
 * @param endsInNewline whether the last line has one; true for an empty file
 */
record SourceText(List<String> lines, boolean endsInNewline) {
    SourceText {
        lines = List.copyOf(lines);
    }

    static SourceText of(byte[] bytes) {
        List<String> lines = new ArrayList<>(List.of(new String(bytes, StandardCharsets.ISO_8859_1).split("\n", -1)));
        boolean endsInNewline = lines.get(lines.size() - 1).isEmpty();
        if (endsInNewline) {
            lines.remove(lines.size() - 1);
        }
        return new SourceText(lines, endsInNewline);
    }

    byte[] bytes() {
        return (String.join("\n", lines) + (endsInNewline && !lines.isEmpty() ? "\n" : ""))
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
