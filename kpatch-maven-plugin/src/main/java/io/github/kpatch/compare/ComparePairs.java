package io.github.kpatch.compare;

import io.github.kpatch.diff.DiffObject;
import io.github.kpatch.diff.DiffOutcome;
import io.github.kpatch.diff.IncludedElement;
import io.github.kpatch.diff.ObjectPair;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * Runs the differ on many pairs at once. A pair that fails, by whatever means, fails alone: whoever compares a hundred
 * pairs wants to know of all of them.
 */
public final class ComparePairs {
    private ComparePairs() {}

    /**
     * One pair and all that is known of it.
     *
     * @param bug what broke the comparison, if that was our own fault
     */
    public record Compared(PairResult result, List<Problem> problems, Optional<Throwable> bug) {
        Compared(PairResult result, List<Problem> problems) {
            this(result, problems, Optional.empty());
        }
    }

    /**
     * Reports comparisons that broke by our own fault as what they are.
     *
     * @throws IllegalStateException with what broke the first as its cause, and the others added
     */
    public static void throwBugs(List<Compared> compared) {
        List<Compared> broken =
                compared.stream().filter(one -> one.bug().isPresent()).toList();
        if (broken.isEmpty()) {
            return;
        }
        IllegalStateException bug = new IllegalStateException(
                "The comparison failed of "
                        + broken.stream().map(one -> one.result().original()).collect(Collectors.joining(", ")),
                broken.get(0).bug().get());
        broken.stream().skip(1).forEach(one -> bug.addSuppressed(one.bug().get()));
        throw bug;
    }

    /**
     * Compares all pairs.
     *
     * @param jobs how many at once
     * @return one result a pair, in the order of the pairs
     */
    public static List<Compared> all(List<PairJob> pairs, int jobs, Progress progress) {
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, Math.min(jobs, pairs.size())));
        try (Progress.Task task = progress.start("Comparing objects", pairs.size(), "pairs")) {
            List<Callable<Compared>> calls = new ArrayList<>();
            for (PairJob pair : pairs) {
                calls.add(() -> {
                    Compared compared = one(pair);
                    task.advance(1);
                    return compared;
                });
            }
            List<Compared> results = new ArrayList<>();
            for (Future<Compared> future : threads.invokeAll(calls)) {
                results.add(future.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while comparing", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a comparison ended in an error", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private static Compared one(PairJob pair) {
        long start = System.nanoTime();
        try {
            Folders.delete(pair.output());
            DiffOutcome outcome = DiffObject.run(
                    new ObjectPair(
                            pair.name(), pair.original().get(), pair.patched().get(), pair.lineNumbers()),
                    pair.target().get());
            return finished(pair, outcome, start);
        } catch (ProblemException e) {
            return withoutContent(pair, PairResult.Outcome.ERROR, e.problems(), start);
        } catch (RuntimeException | StackOverflowError e) {
            return broken(pair, e, start);
        }
    }

    private static Compared finished(PairJob pair, DiffOutcome outcome, long start) {
        if (outcome instanceof DiffOutcome.Changed changed) {
            Folders.write(pair.output(), ElfWriter.write(changed.output()));
            return compared(
                    pair,
                    PairResult.Outcome.CHANGED,
                    changed.changedFunctions(),
                    changed.newFunctions(),
                    changed.callbacks(),
                    changed.warnings(),
                    changed.reasons(),
                    start);
        }
        if (outcome instanceof DiffOutcome.Rejected rejected) {
            return compared(
                    pair,
                    PairResult.Outcome.REJECTED,
                    rejected.changedFunctions(),
                    rejected.newFunctions(),
                    List.of(),
                    rejected.problems(),
                    rejected.reasons(),
                    start);
        }
        if (outcome instanceof DiffOutcome.Unchanged unchanged) {
            return withoutContent(pair, PairResult.Outcome.UNCHANGED, unchanged.warnings(), start);
        }
        throw new IllegalStateException("unknown outcome " + outcome);
    }

    private static Compared withoutContent(
            PairJob pair, PairResult.Outcome outcome, List<Problem> problems, long start) {
        return compared(pair, outcome, List.of(), List.of(), List.of(), problems, List.of(), start);
    }

    private static Compared compared(
            PairJob pair,
            PairResult.Outcome outcome,
            List<String> changedFunctions,
            List<String> newFunctions,
            List<String> callbacks,
            List<Problem> problems,
            List<IncludedElement> included,
            long start) {
        return new Compared(
                new PairResult(
                        pair.name(),
                        outcome,
                        changedFunctions,
                        newFunctions,
                        callbacks,
                        PairResult.Entry.of(problems),
                        millisSince(start),
                        included),
                problems);
    }

    /** No problem of the inputs, so it has no code. */
    private static Compared broken(PairJob pair, Throwable bug, long start) {
        PairResult.Entry entry = new PairResult.Entry(
                "bug",
                pair.name(),
                "The comparison failed by a bug of this plugin: " + bug + ".",
                "Please report it with both objects.");
        PairResult result = new PairResult(
                pair.name(),
                PairResult.Outcome.ERROR,
                List.of(),
                List.of(),
                List.of(),
                List.of(entry),
                millisSince(start),
                List.of());
        return new Compared(result, List.of(), Optional.of(bug));
    }

    private static long millisSince(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }
}
