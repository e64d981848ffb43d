package io.github.kpatch.stages;

import java.nio.file.Path;
import java.util.List;

/**
 * A kernel kit that was made, as Maven artifacts.
 *
 * @param kit the kit's file
 * @param attached the artifacts beside it
 */
public record KernelKitFiles(Path kit, List<Attached> attached) {
    public KernelKitFiles {
        attached = List.copyOf(attached);
    }

    /**
     * An artifact beside a kit.
     *
     * @param classifier the artifact's classifier
     * @param extension the artifact's extension
     * @param file its file
     */
    public record Attached(String classifier, String extension, Path file) {}
}
