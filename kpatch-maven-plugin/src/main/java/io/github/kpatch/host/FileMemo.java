package io.github.kpatch.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What was once found out about files, kept for as long as they stay untouched: the SHA-256 of a large archive, the
 * version of a tool. A build in which nothing changed reads no archive and starts no process, and is told apart from
 * one in which something did by real path, size, time of modification and, because that one can be set back, time of
 * the inode's change.
 */
public final class FileMemo {
    private final Path folder;

    /**
     * @param folder where the notes are kept, one small file each
     */
    public FileMemo(Path folder) {
        this.folder = folder;
    }

    /**
     * What {@code question} was answered last time if {@code files} are untouched since, else asks again.
     *
     * @param question names what is asked, its parameters included
     * @param files everything the answer depends on; a file may be missing, and a folder counts by its own times only
     */
    public String recall(String question, List<Path> files, Supplier<String> answer) {
        String stamps = stamps(files);
        Path note = note(question, files);
        Optional<String> known = read(note, stamps);
        if (known.isPresent()) {
            return known.get();
        }
        String fresh = answer.get();
        // Taken again: a file that changed while it was being read must not be remembered under its new stamp.
        if (stamps.equals(stamps(files))) {
            SealedText.write(note, stamps + "\n" + fresh);
        }
        return fresh;
    }

    /** Notes an answer that came as a by-product of other work. */
    public void remember(String question, List<Path> files, String answer) {
        SealedText.write(note(question, files), stamps(files) + "\n" + answer);
    }

    /** The answer noted before, if the files are untouched since. */
    public Optional<String> known(String question, List<Path> files) {
        return read(note(question, files), stamps(files));
    }

    /** SHA-256 of a file's content. */
    public String sha256(Path file) {
        return recall("sha256", List.of(file), () -> Digests.of(file));
    }

    private Path note(String question, List<Path> files) {
        List<String> key = new ArrayList<>();
        key.add(question);
        files.forEach(file -> key.add(file.toAbsolutePath().normalize().toString()));
        return folder.resolve(Digests.of(key));
    }

    private static Optional<String> read(Path note, String stamps) {
        return SealedText.read(note)
                .filter(text -> text.startsWith(stamps + "\n"))
                .map(text -> text.substring(stamps.length() + 1));
    }

    private static String stamps(List<Path> files) {
        return String.join("|", files.stream().map(FileMemo::stamp).toList());
    }

    private static String stamp(Path file) {
        try {
            Path real = file.toRealPath();
            Map<String, Object> attributes =
                    Files.readAttributes(real, "unix:size,lastModifiedTime,ctime,ino", LinkOption.NOFOLLOW_LINKS);
            return real + " " + attributes.get("size") + " " + attributes.get("lastModifiedTime") + " "
                    + attributes.get("ctime") + " " + attributes.get("ino");
        } catch (NoSuchFileException e) {
            return "none";
        } catch (IOException e) {
            throw Folders.unusable(file, e);
        }
    }
}
