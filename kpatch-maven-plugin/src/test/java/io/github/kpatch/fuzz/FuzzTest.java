package io.github.kpatch.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.testing.RpmTools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jacoco.agent.AgentJar;
import org.jacoco.core.analysis.Analyzer;
import org.jacoco.core.analysis.CoverageBuilder;
import org.jacoco.core.analysis.IPackageCoverage;
import org.jacoco.core.tools.ExecFileLoader;
import org.junit.jupiter.api.Test;

/**
 * Lets the fuzzer look for inputs that break the engine, all targets at the same time: the same walk of so many inputs in
 * every build, for no random one may decide whether a build succeeds, or a walk of its own for {@code kpatch.fuzzSeconds}.
 * Each target has a process of its own, for an input that fills the memory or never ends must not take the tests with it.
 * Then everything that the fuzzer kept is run twice more, in two processes: both have to come to the same. How much of the
 * engine is reached is measured by JaCoCo with the seeds alone, which are the same in every build as well.
 */
class FuzzTest {
    private static final Path FOLDER = Path.of("target", "fuzz");
    private static final Optional<Integer> SECONDS = Optional.ofNullable(Integer.getInteger("kpatch.fuzzSeconds"));
    private static final List<Class<?>> TARGETS =
            List.of(ElfReaderTarget.class, DifferTarget.class, KernelImageTarget.class, RpmTarget.class);
    /** Inputs of the walk that every build takes, the seeds among them: half a minute's. */
    private static final Map<Class<?>, Long> INPUTS = Map.of(
            ElfReaderTarget.class, 100_000L,
            DifferTarget.class, 2500L,
            KernelImageTarget.class, 10_000L,
            RpmTarget.class, 10_000L);

    private static final Duration LONGEST_BUILD = Duration.ofHours(1);
    /** How much of each package the seeds reach at least; nothing here packs a kernel as lz4 and lzo do. */
    private static final Map<String, Double> COVERED = Map.of("elf", 0.80, "diff", 0.80, "kernelimage", 0.70);

    /** A child process and what it prints. */
    private record Running(Process process, Path log) {
        String output() throws Exception {
            int exitCode = process.waitFor();
            String output = Files.readString(log, StandardCharsets.ISO_8859_1);
            assertThat(exitCode).as("%s:\n%s", log, output).isZero();
            return output;
        }
    }

    @Test
    @SuppressWarnings("SystemOut")
    void noInputBreaksTheEngine() throws Exception {
        RpmTools.need("rpmbuild");
        Seeds seeds = Seeds.in(FOLDER.resolve("seeds"));
        fuzz(seeds);
        Path coverage = FOLDER.resolve("jacoco.exec");
        Files.deleteIfExists(coverage);
        for (Class<?> target : TARGETS) {
            measure(target, seeds, coverage).output();
            String outcomes = replay(target, seeds).output();
            assertThat(replay(target, seeds).output())
                    .as("the outcomes in another process")
                    .isEqualTo(outcomes);
        }
        for (IPackageCoverage each : coverage(coverage)) {
            double ratio = each.getLineCounter().getCoveredRatio();
            System.out.printf(
                    "the fuzzer's seeds reach %.1f %% of the %d lines of %s%n",
                    100 * ratio, each.getLineCounter().getTotalCount(), each.getName());
            assertThat(ratio)
                    .as(each.getName())
                    .isGreaterThanOrEqualTo(COVERED.get(each.getName().replaceFirst(".*/", "")));
        }
    }

    @SuppressWarnings("SystemOut")
    private static void fuzz(Seeds seeds) throws Exception {
        Map<Class<?>, FuzzWalk> walks = new LinkedHashMap<>();
        TARGETS.forEach(target -> walks.put(target, walk(target, seeds)));
        ExecutorService threads = Executors.newFixedThreadPool(TARGETS.size());
        List<String> findings = new ArrayList<>();
        try {
            Map<Class<?>, Future<FuzzWalk.Outcome>> outcomes = new LinkedHashMap<>();
            walks.forEach((target, walk) -> outcomes.put(target, threads.submit(() -> walk.walk(length(target)))));
            for (Class<?> target : TARGETS) {
                FuzzWalk.Outcome outcome = outcomes.get(target).get();
                System.out.println("fuzzing " + target.getSimpleName() + ": " + outcome);
                findings.addAll(outcome.findings());
            }
        } finally {
            walks.values().forEach(FuzzWalk::stop);
            threads.shutdownNow();
        }
        assertThat(findings).isEmpty();
    }

    private static FuzzWalk.Length length(Class<?> target) {
        return SECONDS.map(seconds -> new FuzzWalk.Length(
                        Integer.getInteger("kpatch.fuzzSeed", 1 + new Random().nextInt(Short.MAX_VALUE)),
                        Optional.empty(),
                        Duration.ofSeconds(seconds)))
                .orElseGet(() -> new FuzzWalk.Length(1, Optional.of(INPUTS.get(target)), LONGEST_BUILD));
    }

    private static FuzzWalk walk(Class<?> target, Seeds seeds) {
        return new FuzzWalk(target, FOLDER, options(seeds), inputs(target, seeds));
    }

    private static Path inputs(Class<?> target, Seeds seeds) {
        if (target.equals(KernelImageTarget.class)) {
            return seeds.kernelScripts();
        }
        if (target.equals(RpmTarget.class)) {
            return seeds.packages();
        }
        return target.equals(ElfReaderTarget.class) ? seeds.objects() : seeds.scripts();
    }

    private static Running replay(Class<?> target, Seeds seeds) throws IOException {
        return start(
                target.getSimpleName() + "-replay.log",
                seeds,
                List.of(),
                Replay.class.getName(),
                target.getName(),
                walk(target, seeds).kept().toString(),
                inputs(target, seeds).toString());
    }

    private static Running measure(Class<?> target, Seeds seeds, Path coverage) throws IOException {
        Path agent = FOLDER.resolve("jacoco-agent.jar");
        AgentJar.extractTo(agent.toFile());
        return start(
                target.getSimpleName() + "-seeds.log",
                seeds,
                List.of("-javaagent:" + agent + "=destfile=" + coverage + ",includes=io.github.kpatch.*"),
                Replay.class.getName(),
                target.getName(),
                inputs(target, seeds).toString());
    }

    private static List<String> options(Seeds seeds) {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return List.of(
                "-Xmx512m",
                "-D" + DifferTarget.PAIRS + "=" + seeds.pairs(),
                "-D" + KernelImageTarget.KERNELS + "=" + seeds.kernels(),
                "-cp",
                classPath);
    }

    private static Running start(String log, Seeds seeds, List<String> options, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options(seeds));
        command.addAll(options);
        command.addAll(List.of(arguments));
        Path output = FOLDER.resolve(log);
        return new Running(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start(),
                output);
    }

    private static List<IPackageCoverage> coverage(Path executed) throws IOException {
        ExecFileLoader loader = new ExecFileLoader();
        loader.load(executed.toFile());
        CoverageBuilder builder = new CoverageBuilder();
        Analyzer analyzer = new Analyzer(loader.getExecutionDataStore(), builder);
        for (String name : COVERED.keySet()) {
            analyzer.analyzeAll(
                    Path.of("target", "classes", "io", "github", "kpatch", name).toFile());
        }
        return builder.getBundle("engine").getPackages().stream().toList();
    }
}
