package io.github.kpatch.livepatch.verify;

import io.github.kpatch.elf.ElfObject;
import java.util.List;

/**
 * All that was compiled for a module.
 *
 * @param units the source files of the kernel that the patch changes
 * @param own what kbuild compiled for the module itself: its own source, which hands the patch to the livepatch core, and
 *     what modpost wrote about it
 */
public record CompiledParts(List<CompiledUnit> units, List<ElfObject> own) {
    public CompiledParts {
        units = List.copyOf(units);
        own = List.copyOf(own);
    }
}
