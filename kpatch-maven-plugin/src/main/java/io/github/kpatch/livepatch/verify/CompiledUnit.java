package io.github.kpatch.livepatch.verify;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.kernel.KernelObject;

/**
 * One source file that the patch changes, as the compiler made it.
 *
 * @param path the object's path in the kernel tree
 * @param parent the kernel object that contains it
 * @param original made of the source that the running kernel was made of
 * @param patched made of the patched source by the same command
 */
public record CompiledUnit(String path, KernelObject parent, ElfObject original, ElfObject patched) {}
