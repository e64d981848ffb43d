package io.github.kpatch.stages;

import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which kernels are worked on, where a project names several in {@code <kernels>}. Their releases name folders, classifiers
 * and lines of the console, so each has one of its own.
 *
 * @param releases of each kernel of the project, in its order
 * @param asked the one that the command line wants; empty for all
 */
public record KernelChoice(List<String> releases, Optional<String> asked) {
    private static final String KERNELS = "kernels";

    public KernelChoice {
        releases = List.copyOf(releases);
    }

    /**
     * Sees that it is clear what is wanted.
     *
     * @param releases as the project names them, empty where it names none
     * @param single whether the project also says {@code <kernel>}
     * @param properties those of the command line that say something about one kernel, by name
     * @throws ProblemException KP106 and KP201 with everything that is wrong
     */
    public static KernelChoice of(
            List<Optional<String>> releases, boolean single, Optional<String> asked, List<String> properties) {
        List<Problem> problems = new ArrayList<>();
        if (single) {
            problems.add(invalid(
                    KERNELS,
                    "The project says both <kernel> and <kernels>.",
                    "Leave <kernel> out, or put it into <kernels>."));
        }
        if (releases.isEmpty()) {
            problems.add(invalid(KERNELS, "It names no kernel.", "Put a <kernel> with its <release> into it."));
        }
        properties.forEach(property -> problems.add(invalid(
                property,
                "It does not say which of the project's <kernels> it is for.",
                "Say it in that <kernel> of the project.")));
        Set<String> seen = new TreeSet<>();
        for (int i = 0; i < releases.size(); i++) {
            Optional<String> release = releases.get(i);
            if (release.isEmpty()) {
                problems.add(invalid(
                        KERNELS,
                        "Kernel " + (i + 1) + " has no release.",
                        "Give each of several kernels its <release>."));
            } else if (!KernelRelease.isValid(release.get())) {
                problems.add(Problem.of(
                        ProblemCode.RELEASE_UNKNOWN, release.get(), "This is not the name of a kernel release."));
            } else if (!seen.add(release.get())) {
                problems.add(invalid(KERNELS, "It names " + release.get() + " twice.", "Name each release once."));
            }
        }
        if (problems.isEmpty() && asked.isPresent() && !seen.contains(asked.get())) {
            problems.add(invalid(
                    "kpatch.release",
                    "The project has no kernel " + asked.get() + ".",
                    "Name one of its kernels: " + String.join(", ", seen) + "."));
        }
        if (!problems.isEmpty()) {
            throw ProblemException.inputs(problems);
        }
        return new KernelChoice(releases.stream().map(Optional::get).toList(), asked);
    }

    /** The releases of the kernels that are worked on, in the project's order. */
    public List<String> chosen() {
        return asked.map(List::of).orElse(releases);
    }

    /**
     * The release of the kernel that a goal works on which works on one.
     *
     * @throws ProblemException KP106 when there are several
     */
    public String one() {
        if (chosen().size() > 1) {
            throw ProblemException.input(invalid(
                    "kpatch.release",
                    "This goal works on one kernel, and the project has several.",
                    "Name one of them: -Dkpatch.release=" + releases.get(0) + "; there are "
                            + String.join(", ", releases) + "."));
        }
        return chosen().get(0);
    }

    private static Problem invalid(String where, String what, String cure) {
        return new Problem(ProblemCode.PARAMETER_INVALID, where, what, cure);
    }
}
