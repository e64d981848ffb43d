package io.github.kpatch.host;

import java.nio.file.Path;

/**
 * A file that a stage left, as later stages find it again: by its place relative to the {@link Workspace}, so that it
 * means the same after the project's folder was copied or moved, and by its content, so that a file that was changed since
 * is not taken for it.
 *
 * @param path relative to the workspace's root, normalized
 * @param sha256 SHA-256 of its content, hexadecimal
 */
public record KeptFile(Path path, String sha256) {
    /**
     * @throws IllegalArgumentException when {@code path} is absolute
     */
    public KeptFile {
        if (path.isAbsolute() || !path.equals(path.normalize())) {
            throw new IllegalArgumentException("not relative to a workspace: " + path);
        }
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("no SHA-256: " + sha256);
        }
    }
}
