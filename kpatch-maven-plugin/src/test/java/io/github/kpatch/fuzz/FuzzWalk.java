package io.github.kpatch.fuzz;

import com.code_intelligence.jazzer.Jazzer;
import io.github.kpatch.host.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * One target's walk through inputs. It goes on behind a finding, to come to what the first one hides: the fuzzer keeps an
 * input of each kind, and where one ends its process (a hang, a crash of the JVM), another process with the next seed
 * walks for the rest of the time.
 */
final class FuzzWalk {
    /** Far beyond what any input takes, even while the machine is busy with other things. */
    private static final Duration HANG = Duration.ofMinutes(2);

    private static final Duration SHORTEST = Duration.ofSeconds(5);
    private static final int LONGEST_INPUT = 16 << 10;

    /** Of more kinds nobody would look at the rest. */
    private static final int MOST_FINDINGS = 1000;

    private static final Pattern EXECUTIONS = Pattern.compile("(?m)^stat::number_of_executed_units: (\\d+)");
    /** Where the process was killed, its last word on how far it had come. */
    private static final Pattern PROGRESS = Pattern.compile("(?m)^#(\\d+)\\s");

    private static final Pattern FINDING =
            Pattern.compile("(?m)^==(?: Java \\w+(?: \\w+)*|\\d+== ERROR: libFuzzer): (.*)$");
    private static final Pattern KIND = Pattern.compile("DEDUP_TOKEN: (\\w+)");
    private static final Pattern KEPT = Pattern.compile("Test unit written to (\\S+)");

    /**
     * How far a walk goes.
     *
     * @param seed of the first process; each further one has the next
     * @param inputs how many, those that it begins with among them; without a number {@code time} alone decides
     * @param time that all processes together may take
     */
    record Length(int seed, Optional<Long> inputs, Duration time) {
        private Length without(long executions, long nanos) {
            return new Length(seed, inputs.map(all -> all - executions), time.minusNanos(nanos));
        }

        private Length withSeed(int other) {
            return new Length(other, inputs, time);
        }

        private boolean isWorthAProcess() {
            return inputs.orElse(1L) > 0 && time.compareTo(SHORTEST) >= 0;
        }
    }

    /**
     * What came of a walk.
     *
     * @param seeds of all processes
     * @param executions of all processes
     * @param findings what the fuzzer said of the first input of each kind, and where that is kept
     */
    record Outcome(List<Integer> seeds, long executions, Collection<String> findings) {
        @Override
        public String toString() {
            return String.format("seeds %s, %d executions, %d findings", seeds, executions, findings.size());
        }
    }

    private final Class<?> target;
    private final Path folder;
    private final List<String> options;
    private final Path beginnings;
    private final List<Integer> seeds = new ArrayList<>();
    private final Map<String, String> findings = new LinkedHashMap<>();
    private long executions;
    private Optional<Process> running = Optional.empty();

    /**
     * A walk that has not begun.
     *
     * @param folder for logs, and for inputs of earlier walks that were worth keeping
     * @param options of the process's JVM, its class path among them
     * @param beginnings a folder of inputs
     */
    FuzzWalk(Class<?> target, Path folder, List<String> options, Path beginnings) {
        this.target = target;
        this.folder = folder;
        this.options = options;
        this.beginnings = beginnings;
    }

    /** Inputs that reached something new. */
    Path kept() {
        return inputs("kept");
    }

    private Path inputs(String kind) {
        return Folders.make(folder.resolve(kind).resolve(target.getSimpleName()));
    }

    /** Walks. */
    Outcome walk(Length length) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Length left = length;
        while (left.isWorthAProcess() && !walkTo(left)) {
            left = length.without(executions, System.nanoTime() - start).withSeed(length.seed() + seeds.size());
        }
        return new Outcome(List.copyOf(seeds), executions, List.copyOf(findings.values()));
    }

    /** Ends the process that walks. */
    synchronized void stop() {
        running.ifPresent(Process::destroyForcibly);
    }

    /** Whether that was all: the process came to the end of the walk, or could not even begin. */
    private boolean walkTo(Length length) throws IOException, InterruptedException {
        Path log = folder.resolve(target.getSimpleName() + (seeds.isEmpty() ? "" : "-" + seeds.size()) + ".log");
        Process process = start(length, log);
        seeds.add(length.seed());
        boolean inTime = process.waitFor(length.time().plus(HANG).plus(HANG).toSeconds(), TimeUnit.SECONDS);
        if (!inTime) {
            process.destroyForcibly();
        }
        int exitCode = process.waitFor();
        String output = Files.readString(log, StandardCharsets.ISO_8859_1);
        boolean said = collect(output);
        if (!inTime || (exitCode != 0 && !said)) {
            findings.put(
                    log.toString(),
                    "the process " + (inTime ? "ended with exit code " + exitCode : "did not end") + " (" + log + ")");
        }
        long done = executions(output);
        executions += done;
        return exitCode == 0 || done == 0;
    }

    private synchronized Process start(Length length, Path log) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of(
                Jazzer.class.getName(),
                "--target_class=" + target.getName(),
                "--instrumentation_includes=io.github.kpatch.**",
                "--instrumentation_excludes=io.github.kpatch.fuzz.**",
                "--reproducer_path=" + inputs("reproducers"),
                "--keep_going=" + MOST_FINDINGS,
                "-artifact_prefix=" + inputs("findings") + "/",
                // Java's heap is bounded by the options; what the system calls the peak of a process counts its
                // parent's as well.
                "-rss_limit_mb=0",
                "-max_len=" + LONGEST_INPUT,
                "-timeout=" + HANG.toSeconds(),
                "-print_final_stats=1",
                "-seed=" + length.seed(),
                length.inputs()
                        .map(inputs -> "-runs=" + inputs)
                        .orElse("-max_total_time=" + length.time().toSeconds()),
                kept().toString(),
                beginnings.toString()));
        if (seeds.isEmpty()) {
            // Not again behind one that ended its process.
            command.add(inputs("findings").toString());
        }
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        running = Optional.of(process);
        return process;
    }

    private static long executions(String output) {
        return last(EXECUTIONS, output).or(() -> last(PROGRESS, output)).orElse(0L);
    }

    private static Optional<Long> last(Pattern number, String output) {
        return number.matcher(output)
                .results()
                .map(result -> Long.valueOf(result.group(1)))
                .reduce((first, last) -> last);
    }

    private static Optional<String> first(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(result -> result.group(1)).findFirst();
    }

    /** Collects what the fuzzer says that it found, and tells whether it says so of anything. */
    private boolean collect(String output) {
        TreeMap<Integer, MatchResult> found = new TreeMap<>();
        FINDING.matcher(output).results().forEach(result -> found.put(result.start(), result));
        found.forEach((start, result) -> {
            Integer next = found.higherKey(start);
            String about = output.substring(result.end(), next == null ? output.length() : next);
            String kept = first(KEPT, about).orElse("not kept");
            findings.putIfAbsent(first(KIND, about).orElse(kept), result.group(1) + " (" + kept + ")");
        });
        return !found.isEmpty();
    }
}
