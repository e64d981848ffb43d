package io.github.kpatch.stages;

import io.github.kpatch.kernel.KernelObject;
import java.nio.file.Path;

/**
 * One object in its two builds.
 *
 * @param name its path in the kernel tree
 * @param parent the kernel object that contains it
 * @param original built from the source as the running kernel has it
 * @param patched built from the patched source by the same command
 */
public record BuiltObject(String name, KernelObject parent, Path original, Path patched) {}
