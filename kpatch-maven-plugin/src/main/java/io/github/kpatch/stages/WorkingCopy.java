package io.github.kpatch.stages;

import com.google.gson.reflect.TypeToken;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Json;
import io.github.kpatch.patch.UnifiedDiff;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The folder in which an author changes source files of the kernel. It holds the files under their paths in the kernel's
 * tree, and below {@code .kpatch} what they were: a difference is made from that, whatever happened to the folder's
 * history since.
 */
final class WorkingCopy {
    /** Holds what is not the author's. */
    static final String OWN = ".kpatch";

    /** What editors, patch and compilers leave behind. */
    private static final Pattern LEFTOVER = Pattern.compile("\\..*|.*~|#.*#|.*\\.(orig|rej|bak|o)", Pattern.DOTALL);

    private final Path root;

    /**
     * @param root the folder
     */
    WorkingCopy(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /**
     * What is known of the copy.
     *
     * @param release the kernel's release
     * @param tree digest of the kernel's tree that the files are from
     * @param captured name of the patch that was made of it; empty where none was yet
     * @param digest digest of the difference in that patch
     */
    record Note(String release, String tree, Optional<String> captured, Optional<String> digest) {}

    Path root() {
        return root;
    }

    /** What is known of the copy; empty where there is none. */
    Optional<Note> note() {
        return Files.isRegularFile(noteFile())
                ? Optional.of(
                        Json.read(Folders.doing(root, () -> Files.readString(noteFile())), TypeToken.get(Note.class)))
                : Optional.empty();
    }

    void note(Note note) {
        Folders.write(noteFile(), Json.write(note));
    }

    private Path noteFile() {
        return root.resolve(OWN).resolve("edit.json");
    }

    private Path base() {
        return root.resolve(OWN).resolve("base");
    }

    /** Whether the file of that path is in the copy, or was. */
    boolean has(String path) {
        return Files.exists(base().resolve(path));
    }

    /** Takes a file in; one that the author has made there already stays. */
    void add(String path, byte[] content) {
        if (!Files.exists(root.resolve(path))) {
            Folders.write(root.resolve(path), content);
        }
        Folders.write(base().resolve(path), content);
    }

    /** The files that are not what they were, new ones and deleted ones among them, sorted. */
    SortedSet<String> changed() {
        SortedSet<String> paths = files(base());
        paths.addAll(files(root));
        paths.removeIf(path -> difference(path).length == 0);
        return paths;
    }

    /** What the author did to the files that are not what they were, as a patch has it. */
    byte[] difference() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        changed().forEach(path -> all.writeBytes(difference(path)));
        return all.toByteArray();
    }

    private byte[] difference(String path) {
        return UnifiedDiff.of(path, content(base().resolve(path)), content(root.resolve(path)));
    }

    private static Optional<byte[]> content(Path file) {
        return Files.isRegularFile(file)
                ? Optional.of(Folders.doing(file, () -> Files.readAllBytes(file)))
                : Optional.empty();
    }

    private static SortedSet<String> files(Path folder) {
        SortedSet<String> files = new TreeSet<>();
        if (!Files.isDirectory(folder)) {
            return files;
        }
        Folders.doing(
                folder,
                () -> Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path inner, BasicFileAttributes attributes) {
                        return !inner.equals(folder)
                                        && inner.getFileName().toString().startsWith(".")
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                        if (attributes.isRegularFile()
                                && !LEFTOVER.matcher(file.getFileName().toString())
                                        .matches()) {
                            files.add(folder.relativize(file).toString());
                        }
                        return FileVisitResult.CONTINUE;
                    }
                }));
        return files;
    }
}
