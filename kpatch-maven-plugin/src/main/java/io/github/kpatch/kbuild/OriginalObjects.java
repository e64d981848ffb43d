package io.github.kpatch.kbuild;

import io.github.kpatch.host.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The objects of one prepared tree that were built from its unchanged source, kept in the cache for every later patch of
 * the same kernel. An object is complete when it has its name: kbuild's record of it is moved there first. Two builds
 * that make the same object at once make the same bytes, so they need no lock.
 */
public final class OriginalObjects {
    private final Path folder;

    /**
     * @param folder the tree's part of the cache; made when first written to
     */
    public OriginalObjects(Path folder) {
        this.folder = folder;
    }

    /** Whether an earlier build left that object here. */
    public boolean has(String object) {
        return Files.isRegularFile(file(object));
    }

    /** Takes an object and its record out of the view it was built in. */
    public void take(PrivateView view, String object) {
        Folders.doing(folder, () -> {
            Folders.make(file(object).getParent());
            move(view.file(recordOf(object)), file(recordOf(object)));
            move(view.file(object), file(object));
            return folder;
        });
    }

    /** The object; a name such as {@code a/../b.o} leads through folders that are not here. */
    public Path file(String object) {
        return folder.resolve(object).normalize();
    }

    /** kbuild's record of the object. */
    public KbuildRecord record(String object) {
        return read(file(recordOf(object)));
    }

    /** Where kbuild puts its record of an object. */
    public static String recordOf(String object) {
        Path path = Path.of(object);
        return path.resolveSibling("." + path.getFileName() + ".cmd").toString();
    }

    /** Reads kbuild's record of an object, wherever it lies. */
    public static KbuildRecord read(Path record) {
        return Folders.doing(record, () -> KbuildRecord.parse(Files.readString(record, StandardCharsets.ISO_8859_1)));
    }

    /** The cache may be on another file system than the view: a copy under a temporary name comes first. */
    private static void move(Path from, Path to) throws IOException {
        Folders.write(to, Files.readAllBytes(from));
        Files.delete(from);
    }
}
