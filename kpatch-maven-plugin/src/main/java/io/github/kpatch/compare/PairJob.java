package io.github.kpatch.compare;

import io.github.kpatch.diff.DiffTarget;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * One comparison to be done.
 *
 * @param name what to call the pair
 * @param original the original object
 * @param patched the patched object
 * @param target gives what must be known of the running kernel; may throw {@link
 *     io.github.kpatch.problem.ProblemException} for bad input
 * @param output where the intermediate object goes if there is one
 */
public record PairJob(String name, Path original, Path patched, Supplier<DiffTarget> target, Path output) {}
