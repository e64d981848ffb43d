package io.github.kpatch.stages;

import io.github.kpatch.host.KeptFile;

/**
 * One source file that the patches change.
 *
 * @param path its path in the kernel tree
 * @param patched as it is after the last patch, for people and for messages of the compiler that make sense
 * @param corrected the same with {@code #line} directives, by which all that the patches leave alone keeps its old line
 *     numbers
 */
public record PatchedSource(String path, KeptFile patched, KeptFile corrected) {}
