package io.github.kpatch.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.Jazzer;
import io.github.kpatch.host.Folders;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jacoco.agent.AgentJar;
import org.jacoco.core.analysis.Analyzer;
import org.jacoco.core.analysis.CoverageBuilder;
import org.jacoco.core.analysis.IPackageCoverage;
import org.jacoco.core.tools.ExecFileLoader;
import org.junit.jupiter.api.Test;

/**
 * Lets the fuzzer look for inputs that break the engine, both targets at the same time: the same walk of so many inputs in
 * every build, for no random one may decide whether a build succeeds, or a walk of its own for {@code kpatch.fuzzSeconds}.
 * Each target has a process of its own, for an input that fills the memory or never ends must not take the tests with it.
 * Then everything that the fuzzer kept is run twice more, in two processes: both have to come to the same. How much of the
 * engine is reached is measured by JaCoCo with the seeds alone, which are the same in every build as well.
 */
class FuzzTest {
    private static final Path FOLDER = Path.of("target", "fuzz");
    private static final Optional<Integer> SECONDS = Optional.ofNullable(Integer.getInteger("kpatch.fuzzSeconds"));
    private static final List<Class<?>> TARGETS = List.of(ElfReaderTarget.class, DifferTarget.class);
    /** Inputs of the walk that every build takes, the seeds among them: half a minute's. */
    private static final Map<Class<?>, Integer> INPUTS =
            Map.of(ElfReaderTarget.class, 100_000, DifferTarget.class, 2500);

    /** Far beyond what any input takes, even while the machine is busy with other things. */
    private static final int HANG_SECONDS = 120;

    private static final int LONGEST_INPUT = 16 << 10;
    private static final double COVERED = 0.80;
    private static final Pattern EXECUTIONS = Pattern.compile("stat::number_of_executed_units: (\\d+)");

    /** A child process and what it prints. */
    private record Running(Process process, Path log) {
        String output() throws Exception {
            int exitCode = process.waitFor();
            String output = Files.readString(log, StandardCharsets.ISO_8859_1);
            String finding = output.substring(Math.max(0, output.indexOf("\n==")));
            assertThat(exitCode).as("%s:\n%s", log, finding).isZero();
            return output;
        }
    }

    @Test
    @SuppressWarnings("SystemOut")
    void noInputBreaksTheEngine() throws Exception {
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
            assertThat(ratio).as(each.getName()).isGreaterThanOrEqualTo(COVERED);
        }
    }

    @SuppressWarnings("SystemOut")
    private static void fuzz(Seeds seeds) throws Exception {
        List<Running> fuzzers = new ArrayList<>();
        try {
            for (Class<?> target : TARGETS) {
                fuzzers.add(fuzz(target, seeds));
            }
            for (int i = 0; i < TARGETS.size(); i++) {
                String output = fuzzers.get(i).output();
                System.out.println("fuzzing " + TARGETS.get(i).getSimpleName() + ": " + executions(output)
                        + " executions, no finding");
            }
        } finally {
            fuzzers.forEach(each -> each.process().destroy());
        }
    }

    private static Path inputs(Class<?> target, Seeds seeds) {
        return target.equals(ElfReaderTarget.class) ? seeds.objects() : seeds.scripts();
    }

    private static String kept(Class<?> target) {
        return folder("kept", target);
    }

    private static String folder(String kind, Class<?> target) {
        return Folders.make(FOLDER.resolve(kind).resolve(target.getSimpleName()))
                .toString();
    }

    private static Running fuzz(Class<?> target, Seeds seeds) throws IOException {
        List<String> walk = SECONDS.map(seconds -> List.of("-max_total_time=" + seconds))
                .orElseGet(() -> List.of("-seed=1", "-runs=" + INPUTS.get(target)));
        List<String> arguments = new ArrayList<>(List.of(
                Jazzer.class.getName(),
                "--target_class=" + target.getName(),
                "--instrumentation_includes=io.github.kpatch.**",
                "--instrumentation_excludes=io.github.kpatch.fuzz.**",
                "--reproducer_path=" + FOLDER,
                "-artifact_prefix=" + folder("findings", target) + "/",
                // Java's heap is bounded above; what the system calls the peak of a process counts its parent's as
                // well.
                "-rss_limit_mb=0",
                "-max_len=" + LONGEST_INPUT,
                "-timeout=" + HANG_SECONDS,
                "-print_final_stats=1",
                kept(target),
                folder("findings", target),
                inputs(target, seeds).toString()));
        arguments.addAll(walk);
        return start(target.getSimpleName() + ".log", seeds, List.of(), arguments.toArray(String[]::new));
    }

    private static Running replay(Class<?> target, Seeds seeds) throws IOException {
        return start(
                target.getSimpleName() + "-replay.log",
                seeds,
                List.of(),
                Replay.class.getName(),
                target.getName(),
                kept(target),
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

    private static Running start(String log, Seeds seeds, List<String> options, String... arguments)
            throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-D" + DifferTarget.PAIRS + "=" + seeds.pairs(),
                "-cp",
                classPath));
        command.addAll(options);
        command.addAll(List.of(arguments));
        File output = FOLDER.resolve(log).toFile();
        return new Running(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output)
                        .start(),
                output.toPath());
    }

    private static String executions(String output) {
        Matcher matcher = EXECUTIONS.matcher(output);
        return matcher.results().map(result -> result.group(1)).reduce("no", (first, last) -> last);
    }

    private static List<IPackageCoverage> coverage(Path executed) throws IOException {
        ExecFileLoader loader = new ExecFileLoader();
        loader.load(executed.toFile());
        CoverageBuilder builder = new CoverageBuilder();
        Analyzer analyzer = new Analyzer(loader.getExecutionDataStore(), builder);
        for (String name : List.of("elf", "diff")) {
            analyzer.analyzeAll(
                    Path.of("target", "classes", "io", "github", "kpatch", name).toFile());
        }
        return builder.getBundle("engine").getPackages().stream().toList();
    }
}
