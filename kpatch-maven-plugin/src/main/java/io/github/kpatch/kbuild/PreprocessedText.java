package io.github.kpatch.kbuild;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the C preprocessor leaves of a source and its headers, divided into tokens and these into what ends at the top:
 * declarations, functions with their bodies, pragmas. Line markers are left out. Half a million tokens are of some ten
 * thousand words, so a token is the number of its word.
 */
final class PreprocessedText {
    private final String text;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> words = new ArrayList<>();
    private final List<Item> items = new ArrayList<>();
    private int[] tokens = new int[1 << 16];
    private int count;

    private PreprocessedText(byte[] content) {
        this.text = new String(content, StandardCharsets.ISO_8859_1);
    }

    /**
     * A part of the text that is not inside another one.
     *
     * @param from its first token
     * @param to behind its last token
     */
    record Item(int from, int to) {}

    static PreprocessedText of(byte[] content) {
        PreprocessedText divided = new PreprocessedText(content);
        divided.divide();
        return divided;
    }

    /** All parts in order. */
    List<Item> items() {
        return items;
    }

    /** All words that there are, by their numbers. */
    List<String> words() {
        return words;
    }

    int number(int token) {
        return tokens[token];
    }

    String word(int token) {
        return words.get(tokens[token]);
    }

    /** Behind the bracket that closes what opens at {@code token}, or {@code to}. */
    int behindBrackets(int token, int to) {
        int depth = 0;
        for (int at = token; at < to; at++) {
            switch (word(at)) {
                case "(", "[", "{" -> depth++;
                case ")", "]", "}" -> {
                    if (--depth == 0) {
                        return at + 1;
                    }
                }
                default -> {}
            }
        }
        return to;
    }

    private void divide() {
        int depth = 0;
        int from = 0;
        int brace = 0;
        for (int at = nextToken(0); at < text.length(); ) {
            boolean directive = text.charAt(at) == '#' && beginsLine(at);
            int end = directive ? endOfLine(at) : endOfToken(at);
            String word = text.substring(at, end);
            at = nextToken(end);
            if (directive && isLineMarker(word)) {
                continue;
            }
            add(word);
            switch (word) {
                case "(", "[" -> depth++;
                case "{" -> {
                    brace = depth == 0 ? count - 1 : brace;
                    depth++;
                }
                case ")", "]", "}" -> depth = Math.max(0, depth - 1);
                default -> {}
            }
            boolean ends =
                    word.equals(";") || (word.equals("}") && isBody(from, brace)) || (directive && count - 1 == from);
            if (depth == 0 && ends) {
                items.add(new Item(from, count));
                from = count;
            }
        }
        if (from < count) {
            items.add(new Item(from, count));
        }
    }

    private void add(String word) {
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * count);
        }
        tokens[count++] = numbers.computeIfAbsent(word, added -> {
            words.add(added);
            return words.size() - 1;
        });
    }

    /** Whether a brace opens what a function does: behind parameters, and in no initial value. */
    private boolean isBody(int from, int brace) {
        if (brace <= from || !word(brace - 1).equals(")")) {
            return false;
        }
        for (int at = from; at < brace; at++) {
            if (word(at).equals("=")) {
                return false;
            }
        }
        return true;
    }

    private int nextToken(int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private boolean beginsLine(int at) {
        int before = at - 1;
        while (before >= 0 && text.charAt(before) != '\n' && Character.isWhitespace(text.charAt(before))) {
            before--;
        }
        return before < 0 || text.charAt(before) == '\n';
    }

    private int endOfLine(int at) {
        int end = text.indexOf('\n', at);
        return end < 0 ? text.length() : end;
    }

    /** {@code # 12 "file.h" 1 3}. */
    private static boolean isLineMarker(String directive) {
        return directive.length() > 2 && directive.charAt(1) == ' ' && Character.isDigit(directive.charAt(2));
    }

    private int endOfToken(int at) {
        char first = text.charAt(at);
        int end = at + 1;
        if (first == '"' || first == '\'') {
            while (end < text.length() && text.charAt(end) != first) {
                end += text.charAt(end) == '\\' ? 2 : 1;
            }
            return Math.min(end + 1, text.length());
        }
        while (Character.isJavaIdentifierPart(first)
                && end < text.length()
                && Character.isJavaIdentifierPart(text.charAt(end))) {
            end++;
        }
        return end;
    }
}
