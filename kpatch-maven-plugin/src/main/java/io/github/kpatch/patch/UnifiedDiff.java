package io.github.kpatch.patch;

import com.github.difflib.DiffUtils;
import com.github.difflib.patch.AbstractDelta;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * The difference of one file as a patch has it: three lines of context, the function's line after each {@code @@}, paths
 * as git writes them. Made here and not by a program, so that no byte of a source in whatever encoding is changed.
 */
public final class UnifiedDiff {
    private static final int CONTEXT = 3;
    private static final int LONGEST_HEADING = 80;

    private final List<String> before;
    private final StringBuilder text = new StringBuilder();

    private UnifiedDiff(List<String> before) {
        this.before = before;
    }

    /**
     * The difference; no bytes where there is none.
     *
     * @param path the file's path in the source tree
     * @param before its content; empty for a new file
     * @param after its content; empty for one that is gone
     */
    public static byte[] of(String path, Optional<byte[]> before, Optional<byte[]> after) {
        UnifiedDiff diff = new UnifiedDiff(lines(before));
        List<AbstractDelta<String>> deltas =
                DiffUtils.diff(diff.before, lines(after)).getDeltas();
        if (before.isPresent() == after.isPresent() && deltas.isEmpty()) {
            return new byte[0];
        }
        diff.text.append("diff --git a/%1$s b/%1$s\n".formatted(path));
        if (before.isEmpty() || after.isEmpty()) {
            diff.text.append(before.isEmpty() ? "new file mode 100644\n" : "deleted file mode 100644\n");
        }
        if (!deltas.isEmpty()) {
            diff.text.append("--- ").append(before.isEmpty() ? "/dev/null" : "a/" + path);
            diff.text.append("\n+++ ").append(after.isEmpty() ? "/dev/null" : "b/" + path);
            diff.text.append('\n');
            diff.hunks(deltas);
        }
        return diff.text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * The difference of two texts, with their names above it; empty where there is none.
     *
     * @param before lines with their newlines
     * @param after lines with their newlines
     * @param same whether two lines count as the same
     */
    public static String of(String name, List<String> before, List<String> after, BiPredicate<String, String> same) {
        UnifiedDiff diff = new UnifiedDiff(before);
        List<AbstractDelta<String>> deltas = DiffUtils.diff(before, after, same).getDeltas();
        if (!deltas.isEmpty()) {
            diff.text.append("--- a/%1$s\n+++ b/%1$s\n".formatted(name));
            diff.hunks(deltas);
        }
        return diff.text.toString();
    }

    /** Lines with their newlines, one byte a character. */
    private static List<String> lines(Optional<byte[]> content) {
        SourceText source = SourceText.of(content.orElse(new byte[0]));
        List<String> lines = new ArrayList<>(source.lines());
        lines.replaceAll(line -> line + "\n");
        if (!source.endsInNewline()) {
            int last = lines.size() - 1;
            lines.set(last, source.lines().get(last));
        }
        return lines;
    }

    private void hunks(List<AbstractDelta<String>> deltas) {
        List<AbstractDelta<String>> hunk = new ArrayList<>();
        for (AbstractDelta<String> delta : deltas) {
            if (!hunk.isEmpty() && delta.getSource().getPosition() - end(hunk) > 2 * CONTEXT) {
                hunk(hunk);
                hunk.clear();
            }
            hunk.add(delta);
        }
        hunk(hunk);
    }

    private static int end(List<AbstractDelta<String>> hunk) {
        AbstractDelta<String> last = hunk.get(hunk.size() - 1);
        return last.getSource().getPosition() + last.getSource().size();
    }

    private void hunk(List<AbstractDelta<String>> deltas) {
        AbstractDelta<String> first = deltas.get(0);
        int from = Math.max(0, first.getSource().getPosition() - CONTEXT);
        int to = Math.min(before.size(), end(deltas) + CONTEXT);
        int newFrom = first.getTarget().getPosition() - (first.getSource().getPosition() - from);
        int added = deltas.stream()
                .mapToInt(delta -> delta.getTarget().size() - delta.getSource().size())
                .sum();
        text.append("@@ -%s +%s @@%s\n"
                .formatted(range(from, to - from), range(newFrom, to - from + added), heading(from)));
        int next = from;
        for (AbstractDelta<String> delta : deltas) {
            write(' ', before.subList(next, delta.getSource().getPosition()));
            write('-', delta.getSource().getLines());
            write('+', delta.getTarget().getLines());
            next = delta.getSource().getPosition() + delta.getSource().size();
        }
        write(' ', before.subList(next, to));
    }

    /** As diff counts: from 1, but an empty range stands after the line before it. */
    private static String range(int from, int count) {
        return count == 1 ? Integer.toString(from + 1) : (count == 0 ? from : from + 1) + "," + count;
    }

    /** The last line before a hunk that may begin a function. */
    private String heading(int from) {
        for (int i = from - 1; i >= 0; i--) {
            String line = before.get(i).stripTrailing();
            if (!line.isEmpty() && (Character.isLetter(line.charAt(0)) || "_$".indexOf(line.charAt(0)) >= 0)) {
                return " " + line.substring(0, Math.min(LONGEST_HEADING, line.length()));
            }
        }
        return "";
    }

    private void write(char mark, List<String> lines) {
        for (String line : lines) {
            text.append(mark).append(line);
            if (!line.endsWith("\n")) {
                text.append("\n\\ No newline at end of file\n");
            }
        }
    }
}
