package io.github.kpatch.stages;

import io.github.kpatch.host.KeptFile;
import io.github.kpatch.kernel.KernelObject;

/**
 * One object in its two builds.
 *
 * @param name its path in the kernel tree
 * @param parent the kernel object that contains it
 * @param original built from the source as the running kernel has it
 * @param patched built from the patched source by the same command
 */
public record BuiltObject(String name, KernelObject parent, KeptFile original, KeptFile patched) {}
