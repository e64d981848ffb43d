package io.github.kpatch.host;

import java.time.Instant;
import java.util.Optional;

/**
 * One entry of an archive, its name made safe to use below a folder.
 *
 * @param name path below the archive's root, parts joined by {@code /}, without {@code .}, {@code ..} or a leading
 *     slash; empty for the root folder itself
 * @param kind what it is
 * @param size how long its content is
 * @param executable whether its owner may execute it
 * @param modified when it was last changed
 * @param link where it points to, if it is a symbolic link, as the archive says it
 */
public record ArchiveEntry(
        String name, Kind kind, long size, boolean executable, Instant modified, Optional<String> link) {
    /** The kinds of entry that are read; archives with others are refused. */
    public enum Kind {
        /** A regular file. */
        FILE,
        /** A folder. */
        FOLDER,
        /** A symbolic link, which may lead anywhere. */
        LINK
    }
}
