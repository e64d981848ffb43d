package io.github.kpatch.patch;

/**
 * Reads file names out of the header lines of a diff. Every format has its own idea of where a name ends: {@code diff
 * -u} puts a tab and a time stamp behind it, git quotes unusual names as C strings and writes two names on one line
 * with nothing but a blank between them.
 *
 * @param lines the patch, for messages
 */
record HeaderNames(DiffLines lines) {
    /** What both formats call the missing side of an added or deleted file. */
    static final String NULL_DEVICE = "/dev/null";

    /** The name in a {@code ---} or {@code +++} line, as it stands there, without its time stamp. */
    String inFileHeader(int index) {
        String rest = lines.at(index).substring("--- ".length());
        if (rest.startsWith("\"")) {
            return unquoted(index, rest.substring(0, closingQuote(index, rest) + 1));
        }
        int tab = rest.indexOf('\t');
        String file = tab < 0 ? rest : rest.substring(0, tab);
        if (file.isBlank()) {
            throw lines.malformed(index, "The file header names no file.");
        }
        return file;
    }

    /**
     * The path in {@code a/PATH b/PATH}, stripped; null where the two names differ, which only the lines after it can
     * explain.
     */
    String inGitLine(int index, String names) {
        if (names.startsWith("\"")) {
            int end = closingQuote(index, names);
            String original = stripped(index, unquoted(index, names.substring(0, end + 1)));
            String rest = names.substring(end + 1).strip();
            return !rest.isEmpty() && stripped(index, unquoted(index, rest)).equals(original) ? original : null;
        }
        if (names.length() > 2 * SelectTargets.LONGEST_PATH) {
            return null;
        }
        // Equal names apart from their leading folder: the blank in the right place is the one that makes them equal.
        for (int blank = names.indexOf(' '); blank >= 0; blank = names.indexOf(' ', blank + 1)) {
            String original = names.substring(0, blank);
            String patched = names.substring(blank + 1);
            if (original.indexOf('/') > 0
                    && patched.indexOf('/') > 0
                    && stripped(index, original).equals(stripped(index, patched))) {
                return stripped(index, patched);
            }
        }
        return null;
    }

    /** The path without its leading folder; as it is where it leaves the tree, which is for the caller to refuse. */
    String stripped(int index, String file) {
        int slash = file.indexOf('/');
        if (slash == 0 || file.startsWith("../")) {
            return file;
        }
        if (slash < 0) {
            throw lines.malformed(index, "The name has no leading folder (a/, b/) to strip.");
        }
        return file.substring(slash + 1);
    }

    /** Undoes git's quoting, which is that of C strings; a name without quotation mark is returned as it is. */
    String unquoted(int index, String text) {
        if (!text.startsWith("\"")) {
            return text;
        }
        int end = closingQuote(index, text);
        if (end != text.length() - 1) {
            throw lines.malformed(index, "Something follows a quoted name.");
        }
        StringBuilder plain = new StringBuilder();
        int at = 1;
        while (at < end) {
            char c = text.charAt(at++);
            if (c != '\\') {
                plain.append(c);
                continue;
            }
            int simple = "abtnvfr\"\\".indexOf(text.charAt(at));
            if (simple >= 0) {
                plain.append("\u0007\b\t\n\u000b\f\r\"\\".charAt(simple));
                at++;
            } else if (text.substring(at, Math.min(at + 3, end)).matches("[0-3][0-7]{2}")) {
                plain.append((char) Integer.parseInt(text.substring(at, at + 3), 8));
                at += 3;
            } else {
                throw lines.malformed(index, "A quoted name holds an unknown escape.");
            }
        }
        return plain.toString();
    }

    private int closingQuote(int index, String text) {
        int at = 1;
        while (at < text.length()) {
            if (text.charAt(at) == '"') {
                return at;
            }
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        throw lines.malformed(index, "A quoted name has no end.");
    }
}
