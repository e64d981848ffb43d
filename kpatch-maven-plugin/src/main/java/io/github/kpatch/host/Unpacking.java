package io.github.kpatch.host;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes an archive's entries below a folder. Links are kept back to the end: until then every folder on the way to a
 * file is one that was made here, so no file can land elsewhere. Times are kept because make compares them.
 */
final class Unpacking implements Archives.Visitor {
    private static final Set<PosixFilePermission> EXECUTABLE = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final int BUFFER = 1 << 16;

    private final Path archive;
    private final Path folder;
    private final Set<Path> folders = new HashSet<>();
    private final List<ArchiveEntry> links = new ArrayList<>();
    private final byte[] buffer = new byte[BUFFER];

    Unpacking(Path archive, Path folder) {
        this.archive = archive;
        this.folder = folder;
    }

    @Override
    public void visit(ArchiveEntry entry, InputStream content) {
        Folders.doing(folder, () -> write(entry, content));
    }

    private Path write(ArchiveEntry entry, InputStream content) throws IOException {
        Path path = path(entry);
        switch (entry.kind()) {
            case FOLDER -> makeFolder(path, entry);
            case LINK -> {
                EntryNames.checkLink(archive, entry.name(), entry.link().orElseThrow());
                links.add(entry);
            }
            case FILE -> {
                makeFolder(path.getParent(), entry);
                writeFile(path, entry, content);
            }
        }
        return path;
    }

    /** Makes the links. */
    void finish() {
        Folders.doing(folder, () -> {
            for (ArchiveEntry entry : links) {
                Path path = path(entry);
                makeFolder(path.getParent(), entry);
                try {
                    Files.createSymbolicLink(path, Path.of(entry.link().orElseThrow()));
                } catch (FileAlreadyExistsException e) {
                    throw twice(entry);
                }
            }
            return folder;
        });
    }

    private Path path(ArchiveEntry entry) {
        try {
            return folder.resolve(entry.name());
        } catch (InvalidPathException e) {
            throw ProblemException.input(
                    new Problem(
                            ProblemCode.WORK_FOLDER_UNUSABLE,
                            archive.toString(),
                            "The name of the entry '" + entry.name() + "' cannot be written in this locale.",
                            "Run Maven with LC_ALL=C.UTF-8."),
                    e);
        }
    }

    private void makeFolder(Path path, ArchiveEntry entry) throws IOException {
        if (path.equals(folder) || folders.contains(path)) {
            return;
        }
        makeFolder(path.getParent(), entry);
        try {
            Files.createDirectory(path);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                throw twice(entry);
            }
        }
        folders.add(path);
    }

    private void writeFile(Path path, ArchiveEntry entry, InputStream content) throws IOException {
        try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW)) {
            for (int count = content.read(buffer); count >= 0; count = content.read(buffer)) {
                out.write(buffer, 0, count);
            }
        } catch (FileAlreadyExistsException e) {
            throw twice(entry);
        }
        if (entry.executable()) {
            Files.setPosixFilePermissions(path, EXECUTABLE);
        }
        Files.setLastModifiedTime(path, FileTime.from(entry.modified()));
    }

    private RuntimeException twice(ArchiveEntry entry) {
        return EntryNames.unsafe(archive, entry.name(), "takes the place of another entry");
    }
}
