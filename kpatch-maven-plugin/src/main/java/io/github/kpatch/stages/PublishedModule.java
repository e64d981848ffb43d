package io.github.kpatch.stages;

import java.nio.file.Path;

/**
 * A module that was published, with what went along.
 *
 * @param coordinates what it was published as, for messages
 * @param module the module's file
 * @param manifest its manifest
 * @param sources the archive of its sources
 */
public record PublishedModule(String coordinates, Path module, Path manifest, Path sources) {}
