package io.github.kpatch.patch;

import java.util.List;

/**
 * A parsed patch.
 *
 * @param name file name in the project's patches folder
 * @param changes what it does, file by file, in its order; a file may come up more than once
 * @param windowsLineEnds whether every line ended in carriage return and newline, as after a journey through mail; they
 *     are stripped here
 */
record PatchFile(String name, List<FileChange> changes, boolean windowsLineEnds) {
    PatchFile {
        changes = List.copyOf(changes);
    }
}
