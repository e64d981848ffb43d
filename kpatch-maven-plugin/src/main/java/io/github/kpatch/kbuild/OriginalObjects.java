package io.github.kpatch.kbuild;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.host.Console;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The objects of one prepared tree that were built from its unchanged source, kept in the cache for every later patch of
 * the same kernel. An object lies there with kbuild's record of it and, written last, the digest of both: without the
 * digest it is not complete, and what does not match its digest is built again. Two builds that make the same object at
 * once make the same bytes, so they need no lock.
 */
public final class OriginalObjects {
    private final Path folder;
    private final Console console;

    /**
     * @param folder the tree's part of the cache; made when first written to
     * @param console told of objects that are damaged
     */
    public OriginalObjects(Path folder, Console console) {
        this.folder = folder;
        this.console = console;
    }

    /**
     * An object as it was built.
     *
     * @param content the file
     * @param record kbuild's record of it
     */
    public record Original(Bytes content, KbuildRecord record) {}

    /** The object, where an earlier build left it here and it is whole. */
    public Optional<Original> find(String object) {
        Path digest = file(digestOf(object));
        return Folders.doing(digest, () -> {
            if (!Files.isRegularFile(digest)) {
                return Optional.empty();
            }
            try {
                byte[] content = Files.readAllBytes(file(object));
                byte[] record = Files.readAllBytes(file(recordOf(object)));
                if (Files.readString(digest, StandardCharsets.ISO_8859_1).equals(digest(content, record))) {
                    return Optional.of(original(content, record));
                }
            } catch (NoSuchFileException lost) {
                // As good as damaged.
            }
            Files.deleteIfExists(digest);
            console.warn("The original of " + object + " in the cache is damaged and is built again: " + file(object));
            return Optional.empty();
        });
    }

    /** Takes an object and its record out of the view it was built in. */
    public Original take(PrivateView view, String object) {
        return Folders.doing(folder, () -> {
            byte[] content = Files.readAllBytes(view.file(object));
            byte[] record = Files.readAllBytes(view.file(recordOf(object)));
            Folders.make(file(object).getParent());
            Files.deleteIfExists(file(digestOf(object)));
            Folders.write(file(recordOf(object)), record);
            Folders.write(file(object), content);
            Folders.write(file(digestOf(object)), digest(content, record));
            Files.delete(view.file(object));
            Files.delete(view.file(recordOf(object)));
            return original(content, record);
        });
    }

    /**
     * The digest of what an object's source uses, see {@link UsedTexts}, where an earlier build found it out. It is only
     * ever compared with one that was just found out, so that a damaged one proves nothing.
     */
    Optional<String> used(String object) {
        Path note = file(usedOf(object));
        return Folders.doing(
                note,
                () -> Files.isRegularFile(note)
                        ? Optional.of(Files.readString(note, StandardCharsets.ISO_8859_1))
                        : Optional.empty());
    }

    /** Keeps such a digest. */
    void keepUsed(String object, String digest) {
        Folders.make(file(object).getParent());
        Folders.write(file(usedOf(object)), digest);
    }

    /** A name such as {@code a/../b.o} leads through folders that are not here. */
    private Path file(String object) {
        return folder.resolve(object).normalize();
    }

    /** Where kbuild puts its record of an object. */
    private static String recordOf(String object) {
        return beside(object, ".cmd");
    }

    private static String digestOf(String object) {
        return beside(object, ".sha256");
    }

    private static String usedOf(String object) {
        return beside(object, ".used-" + UsedText.FORMAT);
    }

    private static String beside(String object, String suffix) {
        Path path = Path.of(object);
        return path.resolveSibling("." + path.getFileName() + suffix).toString();
    }

    private static String digest(byte[] content, byte[] record) {
        return Digests.of(List.of(Digests.of(content), Digests.of(record)));
    }

    private static Original original(byte[] content, byte[] record) {
        return new Original(Bytes.copyOf(content), KbuildRecord.parse(new String(record, StandardCharsets.ISO_8859_1)));
    }

    /** kbuild's record of an object that was built in a view. */
    public static KbuildRecord recordIn(PrivateView view, String object) {
        Path record = view.file(recordOf(object));
        return Folders.doing(record, () -> KbuildRecord.parse(Files.readString(record, StandardCharsets.ISO_8859_1)));
    }
}
