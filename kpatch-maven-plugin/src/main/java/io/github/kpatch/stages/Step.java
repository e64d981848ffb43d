package io.github.kpatch.stages;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One stage about to be done: everything {@link Steps} must know to do it, or to see that it has been done.
 *
 * @param stage the stage
 * @param from the results of earlier stages that it works with
 * @param inputs everything else the result depends on, as digests or short texts, in a fixed order
 * @param type class of the result, a record that JSON can hold; a {@link StageResult} where it speaks of files
 * @param usable whether an earlier result is good for anything, its files aside
 * @param work does the stage in an empty folder of its own
 * @param story the result in one line for the console, without time
 */
record Step<T>(
        Stage stage,
        Map<Stage, Object> from,
        List<String> inputs,
        Class<T> type,
        Predicate<T> usable,
        Function<Path, T> work,
        Function<T, String> story) {
    Step {
        from = Map.copyOf(from);
        inputs = List.copyOf(inputs);
    }

    /** A step whose earlier result needs nothing but its files. */
    Step(
            Stage stage,
            Map<Stage, Object> from,
            List<String> inputs,
            Class<T> type,
            Function<Path, T> work,
            Function<T, String> story) {
        this(stage, from, inputs, type, any -> true, work, story);
    }
}
