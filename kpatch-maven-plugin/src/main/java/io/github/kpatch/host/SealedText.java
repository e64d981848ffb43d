package io.github.kpatch.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A small text file that a later run may believe: its first line is the SHA-256 of the rest. What a disk, a full file system
 * or a hand did to it does not make another text of it, it makes it one that is not there.
 */
public final class SealedText {
    private SealedText() {}

    /** Writes the text in one step; whatever has the name of the file goes. */
    public static void write(Path file, String text) {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            Folders.delete(file);
        }
        Folders.write(file, Digests.of(text.getBytes(StandardCharsets.UTF_8)) + "\n" + text);
    }

    /** The text as it was written; empty where there is no such file or it is not what was written. */
    public static Optional<String> read(Path file) {
        String sealed;
        try {
            sealed = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException missing) {
            return Optional.empty();
        }
        int end = sealed.indexOf('\n');
        String text = sealed.substring(end + 1);
        boolean whole = end >= 0 && sealed.substring(0, end).equals(Digests.of(text.getBytes(StandardCharsets.UTF_8)));
        return whole ? Optional.of(text) : Optional.empty();
    }
}
