package io.github.kpatch.patch;

import com.github.difflib.DiffUtils;
import com.github.difflib.algorithm.myers.MyersDiffWithLinearSpace;
import com.github.difflib.patch.AbstractDelta;
import com.github.difflib.patch.Patch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gives the lines that a patch leaves alone the numbers they had before it.
 *
 * <p>{@code WARN_ON()}, {@code might_sleep()}, {@code ext4_error()} and many more compile {@code __LINE__} into the code.
 * A hunk that adds two lines at the top of a file therefore changes every function below that uses one of them, and each
 * would end in the live patch without need. C has the cure: {@code #line N} gives the line after it the number N, and
 * without a file name leaves {@code __FILE__} alone.
 *
 * <pre>
 *  10  f();            10  f();
 *  11  WARN_ON(x);     11  new();
 *                          #line 11
 *                      11  WARN_ON(x);
 * </pre>
 *
 * <p>A directive goes before the first unchanged line whose number would be wrong and before which {@link LineScanner}
 * allows one; until then the numbers stay wrong, which is never more than the rest of the statement, comment or macro
 * definition that the patch changes. Added lines count on from the line before them. In a branch of a conditional that the
 * configuration skips, directives have no effect and only count as lines, so that after it the number is uncertain: it is
 * set again behind every branch that holds one.
 */
final class LineCorrection {
    private static final int ADDED = -1;

    private final List<String> lines;
    private final int[] wanted;
    private final LineScanner.Lines scanned;
    private final List<String> corrected = new ArrayList<>();
    private final Deque<Integer> directivesBefore = new ArrayDeque<>();
    private int directives;
    private int number = 1;
    private boolean uncertain;

    private LineCorrection(List<String> lines, int[] wanted, LineScanner.Lines scanned) {
        this.lines = lines;
        this.wanted = wanted;
        this.scanned = scanned;
    }

    /**
     * The text to compile in the place of {@code patched}: the same tokens, with {@code #line} directives where needed.
     * It is {@code patched} itself where nothing has to be corrected, or where the file numbers its lines itself.
     */
    static SourceText of(SourceText original, SourceText patched) {
        Optional<LineScanner.Lines> scanned = LineScanner.scan(patched.lines());
        if (scanned.isEmpty() || LineScanner.scan(original.lines()).isEmpty()) {
            return patched;
        }
        LineCorrection correction =
                new LineCorrection(patched.lines(), originalLines(original.lines(), patched.lines()), scanned.get());
        correction.run();
        return new SourceText(correction.corrected, patched.endsInNewline());
    }

    /** For each patched line the index of the original line that it is, or {@link #ADDED}. */
    static int[] originalLines(List<String> original, List<String> patched) {
        Map<String, Integer> numbers = new HashMap<>();
        Patch<Integer> patch = DiffUtils.diff(
                numbered(original, numbers), numbered(patched, numbers), new MyersDiffWithLinearSpace<>());
        int[] originals = new int[patched.size()];
        Arrays.fill(originals, ADDED);
        int from = 0;
        int to = 0;
        for (AbstractDelta<Integer> delta : patch.getDeltas()) {
            while (to < delta.getTarget().getPosition()) {
                originals[to++] = from++;
            }
            from = delta.getSource().last() + 1;
            to = delta.getTarget().last() + 1;
        }
        while (to < patched.size()) {
            originals[to++] = from++;
        }
        return originals;
    }

    /** Equal lines as equal small numbers: cheap to compare a million times. */
    private static List<Integer> numbered(List<String> lines, Map<String, Integer> numbers) {
        return lines.stream()
                .map(line -> numbers.computeIfAbsent(line, added -> numbers.size()))
                .toList();
    }

    private void run() {
        for (int line = 0; line < lines.size(); line++) {
            boolean wrong = wanted[line] != ADDED && (uncertain || number != wanted[line] + 1);
            if (wrong && scanned.safe().get(line) && !scanned.branchEnds().get(line)) {
                corrected.add("#line " + (wanted[line] + 1));
                directives++;
                number = wanted[line] + 1;
                uncertain = false;
            }
            if (scanned.conditionalStarts().get(line)) {
                directivesBefore.push(directives);
            } else if (scanned.branchEnds().get(line) && !directivesBefore.isEmpty()) {
                uncertain |= directives > directivesBefore.peek();
                if (scanned.conditionalEnds().get(line)) {
                    directivesBefore.pop();
                }
            }
            corrected.add(lines.get(line));
            number++;
        }
    }
}
