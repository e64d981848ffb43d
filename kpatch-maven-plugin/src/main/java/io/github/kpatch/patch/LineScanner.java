package io.github.kpatch.patch;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the lines of a C file before which a preprocessor directive may stand without changing what the file means.
 *
 * <p>It follows the first phases of translation as the C standard (5.1.1.2) and GCC have them: backslash-newline joins
 * lines (GCC allows blanks between the two), comments become blanks and may hide newlines, a literal ends at the newline
 * at the latest, and a directive is a line whose first token is {@code #}. Beyond that a directive must not stand
 *
 * <ul>
 *   <li>within parentheses: they may be the arguments of a macro, where a directive is undefined behaviour (6.10.3) and
 *       where GCC gives all of them the line of the macro's name anyway;
 *   <li>before a token {@code (}: GCC no longer expands a function-like macro when a directive comes between its name
 *       and its arguments;
 *   <li>in a group that {@code #if 0} skips: it would have no effect.
 * </ul>
 *
 * <p>Parentheses that do not balance within each branch of a conditional, or that close without having been opened, are
 * beyond a scan without the kernel's configuration and headers; from there to the end of the file no line is safe.
 */
final class LineScanner {
    private static final Pattern DIRECTIVE = Pattern.compile("#[ \\t]*(\\w+)(.*)", Pattern.DOTALL);
    private static final Pattern CONTINUED = Pattern.compile("\\\\[ \\t\\f\\u000b\\r]*$");
    private static final Pattern NUMBERING = Pattern.compile("line|\\d+");
    private static final Pattern RAW_STRING_PREFIX = Pattern.compile("(?:.*\\W)?(?:u8|u|U|L)?R", Pattern.DOTALL);
    private static final int LONGEST_PREFIX = "u8R".length();

    private final List<String> lines;
    private final BitSet safe = new BitSet();
    private final BitSet conditionalStarts = new BitSet();
    private final BitSet branchEnds = new BitSet();
    private final BitSet conditionalEnds = new BitSet();
    private final char[] firstTokens;
    private final Deque<Conditional> open = new ArrayDeque<>();

    private boolean inComment;
    private boolean tokenSeen;
    private boolean inDirective;
    private boolean readable = true;
    private boolean balanced = true;
    private int depth;

    private LineScanner(List<String> lines) {
        this.lines = lines;
        this.firstTokens = new char[lines.size() + 1];
    }

    /**
     * What a scan found; lines are counted from 0.
     *
     * @param safe lines before which a directive may stand
     * @param conditionalStarts lines that open a conditional: {@code #if}, {@code #ifdef}, {@code #ifndef}
     * @param branchEnds lines that end a branch of a conditional: {@code #elif} and its kin, {@code #else}, {@code
     *     #endif}
     * @param conditionalEnds those of them that end the whole conditional: {@code #endif}
     */
    record Lines(BitSet safe, BitSet conditionalStarts, BitSet branchEnds, BitSet conditionalEnds) {}

    /** One conditional whose {@code #endif} has not come yet. */
    private static final class Conditional {
        private final int depthBefore;
        private final boolean within0;
        private boolean skipped;
        private boolean hasElse;
        private Integer depthAfter;

        Conditional(int depthBefore, boolean within0, boolean skipped) {
            this.depthBefore = depthBefore;
            this.within0 = within0;
            this.skipped = skipped;
        }
    }

    /**
     * Scans a file.
     *
     * @return empty where the file numbers its lines itself ({@code #line}, the output of a generator) or holds a raw
     *     string, which follows rules of its own and does not occur in the kernel
     */
    static Optional<Lines> scan(List<String> lines) {
        LineScanner scanner = new LineScanner(lines);
        scanner.scan();
        if (!scanner.readable) {
            return Optional.empty();
        }
        return Optional.of(
                new Lines(scanner.safe, scanner.conditionalStarts, scanner.branchEnds, scanner.conditionalEnds));
    }

    private void scan() {
        int index = 0;
        while (index < lines.size()) {
            if (!inComment) {
                tokenSeen = false;
                inDirective = false;
                safe.set(index, balanced && depth == 0 && !skipping());
            }
            int end = endOfLogicalLine(index);
            scanLogicalLine(index, join(index, end));
            index = end + 1;
        }
        char following = 0;
        for (int line = lines.size() - 1; line >= 0; line--) {
            following = firstTokens[line] == 0 ? following : firstTokens[line];
            if (following == '(') {
                safe.clear(line);
            }
        }
    }

    private int endOfLogicalLine(int start) {
        int end = start;
        while (end < lines.size() - 1 && CONTINUED.matcher(lines.get(end)).find()) {
            end++;
        }
        return end;
    }

    private String join(int start, int end) {
        if (start == end) {
            return lines.get(start);
        }
        StringBuilder joined = new StringBuilder();
        for (String line : lines.subList(start, end + 1)) {
            joined.append(CONTINUED.matcher(line).replaceFirst(""));
        }
        return joined.toString();
    }

    private void scanLogicalLine(int index, String text) {
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (inComment) {
                int end = text.indexOf("*/", at);
                inComment = end < 0;
                at = inComment ? text.length() : end + 2;
            } else if (text.startsWith("/*", at)) {
                inComment = true;
                at += 2;
            } else if (text.startsWith("//", at)) {
                at = text.length();
            } else if (Character.isWhitespace(c)) {
                at++;
            } else {
                at = scanToken(index, text, at);
            }
        }
    }

    /** Takes in the token at {@code at} and returns where it ends. */
    private int scanToken(int index, String text, int at) {
        char c = text.charAt(at);
        if (firstTokens[index] == 0) {
            firstTokens[index] = c;
        }
        if (!tokenSeen && c == '#') {
            tokenSeen = true;
            inDirective = true;
            return directive(index, text, at);
        }
        tokenSeen = true;
        if (c == '"' || c == '\'') {
            if (c == '"'
                    && RAW_STRING_PREFIX
                            .matcher(text.substring(Math.max(0, at - LONGEST_PREFIX - 1), at))
                            .matches()) {
                readable = false;
            }
            return endOfLiteral(text, at);
        }
        if (!inDirective && !skipping()) {
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            balanced &= depth >= 0;
        }
        return at + 1;
    }

    private static int endOfLiteral(String text, int start) {
        int at = start + 1;
        while (at < text.length() && text.charAt(at) != text.charAt(start)) {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(at + 1, text.length());
    }

    /** Takes in the beginning of a directive; what follows its name is scanned on for comments and literals. */
    private int directive(int index, String text, int at) {
        Matcher matcher = DIRECTIVE.matcher(text.substring(at));
        if (!matcher.matches()) {
            return at + 1;
        }
        String name = matcher.group(1);
        switch (name) {
            case "if", "ifdef", "ifndef" -> {
                conditionalStarts.set(index);
                boolean never = name.equals("if") && matcher.group(2).matches("[ \\t]+0[ \\t\\r]*(/[*/].*)?");
                open.push(new Conditional(depth, skipping(), never));
            }
            case "elif", "elifdef", "elifndef", "else" -> {
                branchEnds.set(index);
                endBranch();
                if (!open.isEmpty()) {
                    open.peek().hasElse |= name.equals("else");
                    open.peek().skipped = false;
                    depth = open.peek().depthBefore;
                }
            }
            case "endif" -> {
                branchEnds.set(index);
                conditionalEnds.set(index);
                endBranch();
                if (!open.isEmpty()) {
                    endConditional(open.pop());
                }
            }
            default -> readable &= !NUMBERING.matcher(name).matches();
        }
        return at + matcher.start(2);
    }

    private void endBranch() {
        Conditional conditional = open.peek();
        if (conditional == null) {
            balanced = false;
        } else if (!conditional.skipped) {
            agree(conditional, depth);
        }
    }

    private void endConditional(Conditional conditional) {
        if (!conditional.hasElse) {
            agree(conditional, conditional.depthBefore);
        }
        depth = conditional.depthAfter == null ? conditional.depthBefore : conditional.depthAfter;
    }

    private void agree(Conditional conditional, int depthAfterBranch) {
        if (conditional.depthAfter == null) {
            conditional.depthAfter = depthAfterBranch;
        } else if (conditional.depthAfter != depthAfterBranch && !conditional.within0) {
            balanced = false;
        }
    }

    private boolean skipping() {
        return !open.isEmpty() && (open.peek().skipped || open.peek().within0);
    }
}
