package io.github.kpatch.diff;

import io.github.kpatch.elf.ElfObject;
import java.util.Objects;

/**
 * The two builds of one source file that a comparison is about.
 *
 * @param name what to call the pair in messages, usually the object's path in the kernel tree
 * @param original built from the source as the running kernel has it
 * @param patched built from the patched source with the same compiler and flags
 * @param lineNumbers whether the patched source says the original's line numbers where it was not patched
 */
public record ObjectPair(String name, ElfObject original, ElfObject patched, LineNumbers lineNumbers) {
    /** What the lines of the patched source are called. */
    public enum LineNumbers {
        /** As in the original, by {@code #line}: another number in the code is another number. */
        KEPT,
        /** As they come, so that every function below a patched place may hold another {@code __LINE__}. */
        MOVED
    }

    /** A pair of which nothing is known but the objects, so that lines may have moved. */
    public ObjectPair(String name, ElfObject original, ElfObject patched) {
        this(name, original, patched, LineNumbers.MOVED);
    }

    public ObjectPair {
        Objects.requireNonNull(name);
        Objects.requireNonNull(original);
        Objects.requireNonNull(patched);
        Objects.requireNonNull(lineNumbers);
    }
}
