package io.github.kpatch.mojo;

import io.github.kpatch.host.ProblemList;
import io.github.kpatch.host.Workspace;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.stages.EachKernel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;

/** The kernels of a project that failed in this run of Maven, kept from one goal to the next. */
final class KernelFailures {
    private static final String KEY = KernelFailures.class.getName();

    private final Map<String, Failure> failures = new TreeMap<>();

    /**
     * How a kernel failed.
     *
     * @param log receives the problems where they are too many for a console
     */
    private record Failure(String goal, ProblemException problem, Path log) {}

    /**
     * The failures so far.
     *
     * @param pluginContext what goals leave for later ones that Maven runs for the same project
     */
    @SuppressWarnings("unchecked") // Maven's map is of no type, and for any.
    static KernelFailures in(Map<?, ?> pluginContext) {
        return (KernelFailures) ((Map<Object, Object>) pluginContext).computeIfAbsent(KEY, key -> new KernelFailures());
    }

    boolean isEmpty() {
        return failures.isEmpty();
    }

    /** The kernels' releases. */
    Set<String> releases() {
        return Set.copyOf(failures.keySet());
    }

    /**
     * Takes a failure in.
     *
     * @param goal the goal that it failed in
     * @param workDirectory where the kernel's results are
     */
    void add(EachKernel.Failed<String> failed, String goal, Path workDirectory) {
        failures.put(
                failed.kernel(),
                new Failure(goal, failed.problem(), new Workspace(workDirectory).log(goal + "-problems")));
    }

    /** A failure in one line, for the moment that it happens in: the problems are told when all kernels are done. */
    static String story(EachKernel.Failed<String> failed) {
        return "Failed: "
                + failed.problem().problems().stream()
                        .map(problem -> problem.code().id())
                        .distinct()
                        .collect(Collectors.joining(", "));
    }

    /**
     * Ends the build with all that is wrong, kernel by kernel.
     *
     * @param order the releases of all kernels
     */
    void fail(List<String> order) throws MojoExecutionException, MojoFailureException {
        List<String> lines = new ArrayList<>(List.of(failures.size() + " of " + order.size() + " kernels failed."));
        for (String release : order) {
            Optional.ofNullable(failures.get(release)).ifPresent(failure -> {
                lines.add(release + " in kpatch:" + failure.goal() + ":");
                lines.addAll(ProblemList.lines(failure.problem().problems(), failure.log()));
            });
        }
        String text = String.join(System.lineSeparator(), lines);
        if (failures.values().stream()
                .allMatch(failure -> failure.problem().kind() == ProblemException.Kind.FINDINGS)) {
            throw new MojoFailureException(text);
        }
        throw new MojoExecutionException(text);
    }
}
