package io.github.kpatch.stages;

import java.nio.file.Path;

/**
 * One object in its two builds.
 *
 * @param name its path in the kernel tree
 * @param parent the kernel object that contains it: {@code vmlinux} or a module's name, with {@code _} for {@code -}
 * @param original built from the source as the running kernel has it
 * @param patched built from the patched source by the same command
 */
public record BuiltObject(String name, String parent, Path original, Path patched) {}
