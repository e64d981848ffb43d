package io.github.kpatch.stages;

import java.nio.file.Path;
import java.util.function.BiFunction;

/**
 * A kernel kit that a user names.
 *
 * @param coordinates {@code groupId:artifactId:version}
 * @param files brings the file of one of its artifacts, by classifier, which is empty for the kit itself, and extension;
 *     throws KP240 where it cannot
 */
public record WantedKit(String coordinates, BiFunction<String, String, Path> files) {}
