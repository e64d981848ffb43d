package io.github.kpatch.stages;

import io.github.kpatch.host.Console;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.source.Kernels;
import io.github.kpatch.source.TargetFacts;
import io.github.kpatch.source.TargetKernel;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The target's facts once more, from its debug package. That package is most of a gigabyte, so it is brought when what
 * the kernel ships has left something undecided, and not before.
 */
public final class DebugFacts {
    /** What a table with FILE symbols decides and one without may not. */
    private static final Set<ProblemCode> UNDECIDED =
            Set.of(ProblemCode.PLACE_UNDECIDED, ProblemCode.PARENT_MISMATCH, ProblemCode.CONTENTS_UNKNOWN);

    private final Supplier<Optional<TargetKernel>> target;
    private final Console console;
    private Optional<TargetFacts> brought = Optional.empty();

    private DebugFacts(Supplier<Optional<TargetKernel>> target, Console console) {
        this.target = target;
        this.console = console;
    }

    /** Those of the wanted kernel, as far as the user allows them. */
    static DebugFacts of(WantedKernel wanted, BuildContext context) {
        Kernels kernels = context.kernels();
        return new DebugFacts(
                () -> kernels.locate(wanted.request(context.jobs()))
                        .debugTarget()
                        .map(debug -> wanted.outOfTree()
                                .given()
                                .map(modules -> kernels.layOver(debug, modules))
                                .orElse(debug)),
                context.console());
    }

    /** None: what is at hand has to do. */
    static DebugFacts none(BuildContext context) {
        return new DebugFacts(Optional::empty, context.console());
    }

    /**
     * Facts that may decide what the shipped kernel did not.
     *
     * @param problems what stood in the way
     * @return empty where no problem is of that kind, the user wants no debug package, or there is none to be had
     *     beyond the facts at hand
     * @throws io.github.kpatch.problem.ProblemException KP2xx when the package cannot be brought
     */
    Optional<TargetFacts> deciding(List<Problem> problems) {
        Optional<Problem> undecided = problems.stream()
                .filter(problem -> UNDECIDED.contains(problem.code()))
                .findFirst();
        if (undecided.isPresent() && brought.isEmpty()) {
            brought = target.get().map(TargetFacts::new);
            brought.ifPresent(facts -> console.info("The debug package decides what the shipped kernel does not: "
                    + undecided.get().where() + ": " + undecided.get().what()));
        }
        return undecided.flatMap(problem -> brought);
    }
}
