package io.github.kpatch.stages;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One stage about to be done: everything {@link Steps} must know to do it, or to see that it has been done.
 *
 * @param stage the stage
 * @param inputs everything the result depends on, as digests or short texts, in a fixed order
 * @param type class of the result, a record that JSON can hold
 * @param intact whether the files that an earlier result speaks of are still there
 * @param work does the stage in an empty folder of its own
 * @param story the result in one line for the console, without time
 */
record Step<T>(
        Stage stage,
        List<String> inputs,
        Class<T> type,
        Predicate<T> intact,
        Function<Path, T> work,
        Function<T, String> story) {
    Step {
        inputs = List.copyOf(inputs);
    }
}
