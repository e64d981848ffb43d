package io.github.kpatch.stages;

import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ObjIntConsumer;

/**
 * Does the same work for several kernels, as many of them at once as the processors allow. What stands in the way of one
 * kernel keeps no other from being worked on, so that one run tells all that is wrong.
 */
public final class EachKernel {
    private EachKernel() {}

    /**
     * A kernel that could not be worked on.
     *
     * @param problem what stood in the way
     */
    public record Failed<K>(K kernel, ProblemException problem) {}

    /**
     * Does the work for each kernel.
     *
     * @param jobs how many processes or threads may work at once for all of them together, at least 1; each kernel that is
     *     worked on gets an equal share, and what is left over goes to the first ones
     * @param least how many of these one kernel takes in any case; where there are fewer, one kernel comes after the other
     * @param work does it for one kernel, with so many jobs
     * @return the kernels that failed, in the given order
     */
    public static <K> List<Failed<K>> run(List<K> kernels, int jobs, int least, ObjIntConsumer<K> work) {
        int atOnce = Math.max(1, Math.min(kernels.size(), jobs / least));
        ExecutorService executor = Executors.newFixedThreadPool(atOnce);
        try {
            List<Callable<Optional<Failed<K>>>> tasks = new ArrayList<>();
            for (int i = 0; i < kernels.size(); i++) {
                K kernel = kernels.get(i);
                // A share that is larger than others is nobody's once the first kernel is done.
                int left = kernels.size() == atOnce && i < jobs % atOnce ? 1 : 0;
                int share = Math.max(1, jobs / atOnce + left);
                tasks.add(() -> outcome(kernel, share, work));
            }
            List<Failed<K>> failed = new ArrayList<>();
            for (Future<Optional<Failed<K>>> outcome : executor.invokeAll(tasks)) {
                outcome.get().ifPresent(failed::add);
            }
            return failed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while kernels were worked on", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException bug) {
                throw bug;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            executor.shutdownNow();
        }
    }

    private static <K> Optional<Failed<K>> outcome(K kernel, int jobs, ObjIntConsumer<K> work) {
        try {
            work.accept(kernel, jobs);
            return Optional.empty();
        } catch (ProblemException problem) {
            return Optional.of(new Failed<>(kernel, problem));
        }
    }
}
