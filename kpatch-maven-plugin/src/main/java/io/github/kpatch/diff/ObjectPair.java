package io.github.kpatch.diff;

import io.github.kpatch.elf.ElfObject;
import java.util.Objects;

/**
 * The two builds of one source file that a comparison is about.
 *
 * @param name what to call the pair in messages, usually the object's path in the kernel tree
 * @param original built from the source as the running kernel has it
 * @param patched built from the patched source with the same compiler and flags
 */
public record ObjectPair(String name, ElfObject original, ElfObject patched) {
    public ObjectPair {
        Objects.requireNonNull(name);
        Objects.requireNonNull(original);
        Objects.requireNonNull(patched);
    }
}
