package io.github.kpatch.patch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What source text declares that decides how objects lie in memory.
 *
 * @param types structures, unions, enumerations and other names for types, each with the tokens of its definitions, in
 *     order: a text can hold several for different configurations. Types without a name are found under their kind and
 *     what is declared with them
 * @param macros macros with the tokens of their values, in order
 * @param others directives but for definitions of macros, by their first words, and uses of macros outside of functions,
 *     by the macro's name: what decides which declarations there are, or may be one
 */
record Declarations(
        SortedMap<String, List<String>> types,
        SortedMap<String, List<String>> macros,
        SortedMap<String, List<String>> others) {
    private static final Set<String> KINDS = Set.of("struct", "union", "enum");

    private static final Set<String> DIRECTIVES = Set.of(
            "define", "undef", "include", "include_next", "if", "ifdef", "ifndef", "elif", "else", "endif", "pragma");

    private static final Pattern MACRO = Pattern.compile("[A-Z_][A-Z0-9_]+");

    /** By its arguments a trace event declares the members of a structure. */
    private static final String TRACE_ENTRY = "TP_STRUCT__entry";

    private static final String WITHOUT_NAME = " … ";

    private static final Map<String, String> CLOSING = Map.of("{", "}", "(", ")");

    Declarations {
        types = Collections.unmodifiableSortedMap(new TreeMap<>(types));
        macros = Collections.unmodifiableSortedMap(new TreeMap<>(macros));
        others = Collections.unmodifiableSortedMap(new TreeMap<>(others));
    }

    /** Whether a type's key is its name, so that there is one such type only. */
    static boolean isName(String type) {
        return type.indexOf(' ') > 0 && !type.contains(WITHOUT_NAME);
    }

    static Declarations of(String text) {
        Reader reader = new Reader(CTokens.of(text));
        reader.read();
        return new Declarations(reader.types, reader.macros, reader.others);
    }

    private static final class Reader {
        private final List<String> tokens;
        private final SortedMap<String, List<String>> types = new TreeMap<>();
        private final SortedMap<String, List<String>> macros = new TreeMap<>();
        private final SortedMap<String, List<String>> others = new TreeMap<>();

        Reader(List<String> tokens) {
            this.tokens = tokens;
        }

        void read() {
            int depth = 0;
            for (int at = 0; at < tokens.size(); at++) {
                String token = tokens.get(at);
                if (token.equals("#") && isDirective(at)) {
                    readDirective(at);
                } else if (KINDS.contains(token)) {
                    readType(at);
                } else if (token.equals(TRACE_ENTRY) && is(at + 1, "(")) {
                    add(types, token, at + 1, closing(at + 1) + 1);
                } else if (token.equals("typedef")) {
                    readTypedef(at);
                } else if (depth == 0 && MACRO.matcher(token).matches() && is(at + 1, "(")) {
                    add(others, token, at + 1, closing(at + 1) + 1);
                }
                depth = Math.max(0, is(at, "{") ? depth + 1 : is(at, "}") ? depth - 1 : depth);
            }
        }

        private boolean isDirective(int at) {
            return at + 1 < tokens.size() && DIRECTIVES.contains(tokens.get(at + 1));
        }

        private void readDirective(int at) {
            int length = tokens.subList(at, tokens.size()).indexOf(CTokens.END_OF_DIRECTIVE);
            int end = length < 0 ? tokens.size() : at + length;
            if (is(at + 1, "define") && at + 2 < end) {
                add(macros, tokens.get(at + 2), at + 3, end);
            } else {
                add(others, "#" + tokens.get(at + 1), at + 2, end);
            }
        }

        /** {@code struct [attributes] [name] { members } [attributes] [declarators];} */
        private void readType(int at) {
            int body = at + 1;
            String name = "";
            while (body < tokens.size() && !is(body, "{")) {
                if (is(body, "(") && name.startsWith("__")) {
                    body = closing(body);
                } else if (CTokens.isName(tokens.get(body))) {
                    name = tokens.get(body);
                } else {
                    return;
                }
                body++;
            }
            if (body >= tokens.size()) {
                return;
            }
            int end = closing(body) + 1;
            while (end < tokens.size() && !is(end, ";") && !is(end, "=") && !is(end, CTokens.END_OF_DIRECTIVE)) {
                end++;
            }
            String declarator = end > 0 && end <= tokens.size() ? tokens.get(end - 1) : "";
            String suffix = declarator.equals("}") ? "" : WITHOUT_NAME + declarator;
            add(types, tokens.get(at) + (name.isEmpty() ? suffix : " " + name), body, end);
        }

        private void readTypedef(int at) {
            int end = at;
            while (end < tokens.size() && !is(end, ";")) {
                end = is(end, "{") || (is(end, "(") && !is(end + 1, "*")) ? closing(end) + 1 : end + 1;
            }
            String last = tokens.get(Math.min(end, tokens.size()) - 1);
            add(types, "typedef" + (CTokens.isName(last) ? " " + last : ""), at, end);
        }

        private boolean is(int at, String token) {
            return at >= 0 && at < tokens.size() && tokens.get(at).equals(token);
        }

        /** Where the bracket that opens at {@code open} is closed, or the last token. */
        private int closing(int open) {
            String opening = tokens.get(open);
            String closing = CLOSING.get(opening);
            int depth = 0;
            for (int at = open; at < tokens.size(); at++) {
                if (is(at, opening)) {
                    depth++;
                } else if (is(at, closing) && --depth == 0) {
                    return at;
                }
            }
            return tokens.size() - 1;
        }

        private void add(SortedMap<String, List<String>> declared, String name, int from, int to) {
            int end = to < from ? tokens.size() : Math.min(to, tokens.size());
            declared.computeIfAbsent(name, added -> new ArrayList<>())
                    .add(String.join(" ", tokens.subList(Math.min(from, end), end)));
        }
    }
}
