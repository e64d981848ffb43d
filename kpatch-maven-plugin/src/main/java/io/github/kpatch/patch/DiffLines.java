package io.github.kpatch.patch;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;

/**
 * The lines of a patch, numbered for messages.
 *
 * @param name the patch's name
 * @param lines without their newlines, one byte a character (ISO-8859-1)
 * @param windowsLineEnds whether every line ended in carriage return and newline; the carriage returns are gone
 */
record DiffLines(String name, List<String> lines, boolean windowsLineEnds) {
    private static final String BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";

    static DiffLines of(SeriesPatch patch) {
        String text = patch.text();
        if (text.startsWith(BYTE_ORDER_MARK)) {
            // Left in place it would hide a first line that is a file header.
            text = text.substring(BYTE_ORDER_MARK.length());
        }
        List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
        if (lines.get(lines.size() - 1).isEmpty()) {
            lines.remove(lines.size() - 1);
        }
        boolean windowsLineEnds = !lines.isEmpty() && lines.stream().allMatch(line -> line.endsWith("\r"));
        if (windowsLineEnds) {
            lines.replaceAll(line -> line.substring(0, line.length() - 1));
        }
        return new DiffLines(patch.name(), List.copyOf(lines), windowsLineEnds);
    }

    int size() {
        return lines.size();
    }

    /** The line at {@code index}, from 0; empty beyond the end. */
    String at(int index) {
        return index < lines.size() ? lines.get(index) : "";
    }

    /** KP302 for the line at {@code index}, from 0. */
    ProblemException malformed(int index, String what) {
        return ProblemException.input(ProblemCode.PATCH_MALFORMED, name + ":" + (index + 1), what);
    }
}
