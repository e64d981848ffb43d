package io.github.kpatch.arch;

import io.github.kpatch.elf.Relocation;

/** Where the relocations of one section point, as bytes from the symbol or section they name. */
@FunctionalInterface
public interface TargetOffsets {
    /**
     * The offset from the named symbol that {@code relocation} means.
     *
     * @throws io.github.kpatch.problem.ProblemException when the relocation's type or the code around it is unknown
     */
    long of(Relocation relocation);
}
