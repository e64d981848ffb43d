package io.github.kpatch.host;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * The names in an archive are chosen by whoever made it, and the library that reads archives leaves judging them to us: an
 * absolute name, a {@code ..} or a link that leads out would let an archive write anywhere.
 */
final class EntryNames {
    private static final int EXECUTABLE = 0100;
    private static final String NO_KIND = "is neither a file, a folder nor a symbolic link";

    private EntryNames() {}

    /** The entry with its name made plain; a name that would leave the archive's root is refused. */
    static ArchiveEntry safe(Path archive, TarArchiveEntry entry) {
        ArchiveEntry.Kind kind = kind(archive, entry);
        return new ArchiveEntry(
                plain(archive, entry.getName(), kind),
                kind,
                kind == ArchiveEntry.Kind.FILE ? entry.getSize() : 0,
                (entry.getMode() & EXECUTABLE) != 0,
                entry.getLastModifiedTime().toInstant(),
                kind == ArchiveEntry.Kind.LINK ? Optional.of(entry.getLinkName()) : Optional.empty());
    }

    /**
     * The same of a cpio archive.
     *
     * @param size how long the content is that is shown of it
     * @param link what a symbolic link holds
     */
    static ArchiveEntry safe(Path archive, CpioArchiveEntry entry, long size, Optional<String> link) {
        ArchiveEntry.Kind kind = kind(archive, entry);
        return new ArchiveEntry(
                plain(archive, entry.getName(), kind),
                kind,
                kind == ArchiveEntry.Kind.FILE ? size : 0,
                (entry.getMode() & EXECUTABLE) != 0,
                Instant.ofEpochSecond(entry.getTime()),
                link);
    }

    private static ArchiveEntry.Kind kind(Path archive, CpioArchiveEntry entry) {
        if (entry.isSymbolicLink()) {
            return ArchiveEntry.Kind.LINK;
        }
        if (entry.isDirectory()) {
            return ArchiveEntry.Kind.FOLDER;
        }
        if (!entry.isRegularFile()) {
            throw unsafe(archive, entry.getName(), NO_KIND);
        }
        return ArchiveEntry.Kind.FILE;
    }

    private static ArchiveEntry.Kind kind(Path archive, TarArchiveEntry entry) {
        if (entry.isSymbolicLink()) {
            return ArchiveEntry.Kind.LINK;
        }
        if (entry.isDirectory()) {
            return ArchiveEntry.Kind.FOLDER;
        }
        if (entry.isLink()) {
            throw unsafe(archive, entry.getName(), "is a hard link to " + entry.getLinkName());
        }
        // The library's isFile() takes devices and pipes for files.
        byte type = entry.getLinkFlag();
        if ((type != TarConstants.LF_NORMAL && type != TarConstants.LF_OLDNORM) || entry.isSparse()) {
            throw unsafe(archive, entry.getName(), NO_KIND);
        }
        return ArchiveEntry.Kind.FILE;
    }

    private static String plain(Path archive, String name, ArchiveEntry.Kind kind) {
        if (name.startsWith("/") || name.indexOf('\0') >= 0) {
            throw unsafe(archive, name, "has an absolute name");
        }
        Deque<String> parts = new ArrayDeque<>();
        for (String part : name.split("/")) {
            if (part.equals("..")) {
                throw unsafe(archive, name, "has '..' in its name");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        if (parts.isEmpty() && kind != ArchiveEntry.Kind.FOLDER) {
            throw unsafe(archive, name, "has no name");
        }
        return String.join("/", parts);
    }

    /**
     * Refuses a link that would lead out, before it is made. It may climb only at its beginning, and no higher than the root. A {@code ..} further on could climb out of
     * the folder that another link leads to, which no look at the names can tell.
     */
    static void checkLink(Path archive, String name, String target) {
        if (target.isEmpty() || target.startsWith("/") || target.indexOf('\0') >= 0) {
            throw unsafe(archive, name, "links to " + target);
        }
        int height = name.split("/").length - 1;
        boolean down = false;
        for (String part : target.split("/")) {
            if (part.equals("..")) {
                height--;
                if (down || height < 0) {
                    throw unsafe(archive, name, "links to " + target);
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                down = true;
            }
        }
    }

    static ProblemException unsafe(Path archive, String name, String what) {
        return ProblemException.input(
                ProblemCode.ARCHIVE_UNSAFE, archive.toString(), "The entry '" + name + "' " + what + ".");
    }
}
