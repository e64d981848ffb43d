package io.github.kpatch.livepatch;

import io.github.kpatch.elf.ElfObject;

/**
 * What one compiled source file contributes to a module.
 *
 * @param path the object's path in the kernel tree, such as {@code fs/proc/version.o}
 * @param object the intermediate object that the differ made of it
 */
public record PatchUnit(String path, ElfObject object) {}
