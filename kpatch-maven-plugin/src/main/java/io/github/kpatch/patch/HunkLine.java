package io.github.kpatch.patch;

/**
 * One line of a hunk. Kernel sources are bytes in no one encoding, so a text of this package holds one byte a character
 * (ISO-8859-1) and survives the way in and out unchanged.
 *
 * @param kind which side of the change has the line
 * @param text the line without its marker and without its newline
 * @param newline whether a newline ends it; false only for the last line of a file, marked {@code \ No newline at end
 *     of file}
 */
record HunkLine(Kind kind, String text, boolean newline) {
    /** Which side of a change has a line. */
    enum Kind {
        CONTEXT(' '),
        REMOVED('-'),
        ADDED('+');

        private final char marker;

        Kind(char marker) {
            this.marker = marker;
        }

        /** The character that opens such a line in a unified diff. */
        char marker() {
            return marker;
        }
    }

    /** Whether the original file has the line. */
    boolean original() {
        return kind != Kind.ADDED;
    }

    /** Whether the patched file has the line. */
    boolean patched() {
        return kind != Kind.REMOVED;
    }
}
