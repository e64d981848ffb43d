package io.github.kpatch.patch;

import java.util.List;
import java.util.Optional;

/**
 * What a patch does to one file.
 *
 * @param line line of the patch file where the change begins, from 1
 * @param kind what happens to the file
 * @param path the file, relative to the source tree, its leading folder stripped ({@code -p1}); of a renamed or copied
 *     file the new name. Not checked: it may be hostile
 * @param from the old name of a renamed file, or the file that is copied; empty for all other kinds
 * @param hunks in the order of the file; empty where only the mode changes, the file is binary, or it has no content
 */
record FileChange(int line, Kind kind, String path, Optional<String> from, List<Hunk> hunks) {
    FileChange {
        hunks = List.copyOf(hunks);
    }

    /** What can happen to a file. */
    enum Kind {
        MODIFIED,
        ADDED,
        DELETED,
        RENAMED,
        COPIED,
        /** Only the file's permissions change. */
        MODE_CHANGED,
        BINARY
    }
}
