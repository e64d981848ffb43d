package io.github.kpatch.stages;

import io.github.kpatch.host.Digests;
import io.github.kpatch.kernel.KernelObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;

/**
 * What stage {@code link} leaves.
 *
 * @param file the module
 * @param sha256 SHA-256 of it
 * @param replaces whether it takes the place of all live patches loaded before
 * @param functions the functions it replaces, by the kernel object that contains them
 */
public record LinkedModule(
        Path file, String sha256, boolean replaces, SortedMap<KernelObject, List<String>> functions) {
    boolean isIntact() {
        return Files.isRegularFile(file) && Digests.of(file).equals(sha256);
    }

    String story() {
        return "Linked " + file + (replaces ? "" : ", which does not replace the live patches loaded before it,");
    }
}
