package io.github.kpatch.source;

import java.nio.file.Path;

/**
 * Out-of-tree modules as they lie over a prepared kernel.
 *
 * @param folder the folder of their source, relative to the tree
 * @param modules folder of the cache with their {@code .ko} files
 */
public record LaidOver(String folder, Path modules) {}
