package io.github.kpatch.compare;

import io.github.kpatch.diff.DiffTarget;
import io.github.kpatch.diff.ObjectPair;
import io.github.kpatch.elf.ElfObject;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * One comparison to be done.
 *
 * @param name what to call the pair
 * @param original reads the original object; may throw {@link io.github.kpatch.problem.ProblemException}
 * @param patched reads the patched object, likewise
 * @param lineNumbers what the lines of the patched source are called
 * @param target gives what must be known of the running kernel; may throw {@link
 *     io.github.kpatch.problem.ProblemException} for bad input
 * @param output where the intermediate object goes if there is one
 */
public record PairJob(
        String name,
        Supplier<ElfObject> original,
        Supplier<ElfObject> patched,
        ObjectPair.LineNumbers lineNumbers,
        Supplier<DiffTarget> target,
        Path output) {}
