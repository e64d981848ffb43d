package io.github.kpatch.stages;

import java.nio.file.Path;

/**
 * A file that goes along with the module, as an artifact beside the project's.
 *
 * @param classifier of the artifact
 * @param extension of the artifact
 * @param file where it is
 */
public record Paper(String classifier, String extension, Path file) {}
