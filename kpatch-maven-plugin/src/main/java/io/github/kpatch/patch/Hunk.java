package io.github.kpatch.patch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One hunk of a unified diff, as POSIX {@code diff -u} defines it.
 *
 * @param number position among the hunks of its file, from 1, as GNU patch counts them
 * @param line line of the patch file that holds its header, from 1
 * @param originalStart first line in the original file, from 1; the line before the hunk where it has no original lines
 * @param patchedStart the same for the patched file
 * @param lines context, removed and added lines in order
 */
record Hunk(int number, int line, int originalStart, int patchedStart, List<HunkLine> lines) {
    Hunk {
        lines = List.copyOf(lines);
    }

    /** The lines that the original file must have, in order. */
    List<HunkLine> original() {
        return lines.stream().filter(HunkLine::original).toList();
    }

    /** The lines that the patched file will have, in order. */
    List<HunkLine> patched() {
        return lines.stream().filter(HunkLine::patched).toList();
    }

    /**
     * How many original lines GNU patch has compared when it reports {@code fuzz}: it gives up that many lines of
     * context at the end of the hunk that has more of it, and fewer at the other.
     */
    int linesCheckedWithFuzz(int fuzz) {
        int leading = contextLength(lines);
        List<HunkLine> reversed = new ArrayList<>(lines);
        Collections.reverse(reversed);
        int trailing = contextLength(reversed);
        int longer = Math.max(leading, trailing);
        return original().size() - Math.max(0, fuzz + leading - longer) - Math.max(0, fuzz + trailing - longer);
    }

    private static int contextLength(List<HunkLine> lines) {
        return (int) lines.stream()
                .takeWhile(line -> line.kind() == HunkLine.Kind.CONTEXT)
                .count();
    }

    /** The hunk as a unified diff shows it, newlines included. */
    String text() {
        StringBuilder text = new StringBuilder("@@ -%d,%d +%d,%d @@\n"
                .formatted(
                        originalStart,
                        original().size(),
                        patchedStart,
                        patched().size()));
        for (HunkLine line : lines) {
            text.append(line.kind().marker()).append(line.text()).append('\n');
            if (!line.newline()) {
                text.append("\\ No newline at end of file\n");
            }
        }
        return text.toString();
    }
}
