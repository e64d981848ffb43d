package io.github.kpatch.diff;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.problem.Problem;
import java.util.List;

/** What a comparison came to. Input that cannot be compared at all ends in an exception instead. */
public sealed interface DiffOutcome {
    /**
     * The patch changes what the object does.
     *
     * @param output the intermediate object: what changed, what is new, and the tables that tell livepatch of it
     * @param changedFunctions the functions that are redirected, named as in the original object, in the order of the
     *     symbol table
     * @param newFunctions the functions that come with the patch, in the order of the symbol table
     * @param callbacks the kinds of the author's callbacks, such as {@code pre_patch}
     * @param warnings what a person should look at
     * @param reasons everything that went in, and why
     */
    record Changed(
            ElfObject output,
            List<String> changedFunctions,
            List<String> newFunctions,
            List<String> callbacks,
            List<Problem> warnings,
            List<IncludedElement> reasons)
            implements DiffOutcome {
        public Changed {
            changedFunctions = List.copyOf(changedFunctions);
            newFunctions = List.copyOf(newFunctions);
            callbacks = List.copyOf(callbacks);
            warnings = List.copyOf(warnings);
            reasons = List.copyOf(reasons);
        }
    }

    /**
     * The patch does not change what the object does.
     *
     * @param warnings what a person should look at
     */
    record Unchanged(List<Problem> warnings) implements DiffOutcome {
        public Unchanged {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * The patch does something that a live patch cannot do.
     *
     * @param problems everything that stands in the way; never empty
     * @param changedFunctions the changed functions, as far as the comparison came to know them
     * @param newFunctions the new functions, likewise
     * @param reasons everything that would have gone in, and why; empty where the comparison did not come so far
     */
    record Rejected(
            List<Problem> problems,
            List<String> changedFunctions,
            List<String> newFunctions,
            List<IncludedElement> reasons)
            implements DiffOutcome {
        public Rejected {
            problems = List.copyOf(problems);
            changedFunctions = List.copyOf(changedFunctions);
            newFunctions = List.copyOf(newFunctions);
            reasons = List.copyOf(reasons);
        }
    }
}
