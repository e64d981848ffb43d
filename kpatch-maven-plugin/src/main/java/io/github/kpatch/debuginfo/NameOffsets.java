package io.github.kpatch.debuginfo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where in a table of NUL-terminated strings the wanted names stand. Types refer to their names by offset, so with this
 * answer a reader compares numbers and never looks at a million names. Linkers merge a string into the tail of a longer
 * one, so a name counts wherever it is followed by NUL, not only where a string begins.
 */
public final class NameOffsets {
    private static final int CHUNK = 1 << 16;

    private final Map<Long, String> names = new HashMap<>();

    private NameOffsets() {}

    /** Searches the table {@code strings} to its end. */
    public static NameOffsets find(InputStream strings, Collection<String> wanted) throws IOException {
        NameOffsets offsets = new NameOffsets();
        List<byte[]> patterns = new ArrayList<>();
        int longest = 0;
        for (String name : wanted) {
            byte[] pattern = (name + "\0").getBytes(StandardCharsets.US_ASCII);
            patterns.add(pattern);
            longest = Math.max(longest, pattern.length);
        }
        // Each chunk is searched together with the end of the one before, for names that lie across the border.
        byte[] window = new byte[longest + CHUNK];
        int kept = 0;
        long start = 0;
        while (true) {
            int read = strings.readNBytes(window, kept, CHUNK);
            int end = kept + read;
            offsets.search(window, kept, end, start, patterns);
            if (read < CHUNK) {
                return offsets;
            }
            kept = Math.min(longest, end);
            start += end - kept;
            System.arraycopy(window, end - kept, window, 0, kept);
        }
    }

    /** Looks for names whose NUL lies from {@code from} on. */
    private void search(byte[] window, int from, int end, long start, List<byte[]> patterns) {
        for (int nul = from; nul < end; nul++) {
            if (window[nul] != 0) {
                continue;
            }
            for (byte[] pattern : patterns) {
                int begin = nul + 1 - pattern.length;
                if (begin >= 0 && endsWith(window, begin, pattern)) {
                    String name = new String(pattern, 0, pattern.length - 1, StandardCharsets.US_ASCII);
                    names.put(start + begin, name);
                }
            }
        }
    }

    private static boolean endsWith(byte[] window, int begin, byte[] pattern) {
        for (int i = pattern.length - 1; i >= 0; i--) {
            if (window[begin + i] != pattern[i]) {
                return false;
            }
        }
        return true;
    }

    /** The wanted name at {@code offset}, or null. */
    public String at(long offset) {
        return names.get(offset);
    }

    /** Whether none of the names is in the table. */
    public boolean isEmpty() {
        return names.isEmpty();
    }
}
