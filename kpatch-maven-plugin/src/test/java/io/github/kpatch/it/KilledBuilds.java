package io.github.kpatch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.maven.shared.invoker.DefaultInvocationRequest;
import org.apache.maven.shared.invoker.DefaultInvoker;
import org.apache.maven.shared.invoker.InvocationRequest;

/**
 * Kills builds at random moments, with all processes they started, and builds again: the next build must be right, its
 * module byte-identical to that of a build never disturbed, and nothing of a dead one may stay in the temporary folder.
 *
 * <p>What is killed and what is built next may be different patches, so that what a dead build left can also be wrong
 * rather than merely incomplete.
 */
public final class KilledBuilds {
    private static final String PATCH = "src/main/kpatch/patches/numbers.patch";
    private static final String MODULE = "target/kpatch-killed-builds.ko";
    private static final List<Integer> NUMBERS = List.of(8, 9);

    private final Path folder;
    private final File localRepository;
    private final File maven;
    private final Path temporary;
    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    /**
     * @param folder the test's, which holds {@code maven-in-a-group}
     * @param maven the home of the Maven to build with
     */
    public KilledBuilds(File folder, File localRepository, File maven) throws IOException {
        this.folder = folder.toPath();
        this.localRepository = localRepository;
        this.maven = maven;
        this.temporary = Files.createDirectories(this.folder.resolve("temporary"));
    }

    /** Kills {@code kills} builds of {@code projects} in turn and looks at the next build of each. */
    public void run(List<File> projects, int kills) throws Exception {
        System.out.println("Killed builds: seed " + seed);
        Map<Path, Map<Integer, byte[]>> expected = new TreeMap<>();
        long millis = 0;
        for (File project : projects) {
            Map<Integer, byte[]> modules = new TreeMap<>();
            for (int number : NUMBERS) {
                millis = Math.max(millis, undisturbed(project.toPath(), number));
                modules.put(number, Files.readAllBytes(project.toPath().resolve(MODULE)));
            }
            assertThat(modules.get(NUMBERS.get(0))).isNotEqualTo(modules.get(NUMBERS.get(1)));
            expected.put(project.toPath(), modules);
        }
        Map<String, Integer> killedIn = new TreeMap<>();
        int late = 0;
        for (int killed = 0; killed < kills; ) {
            Path project = projects.get((killed + late) % projects.size()).toPath();
            if (random.nextBoolean()) {
                run(project, "rm", "-rf", "target");
            }
            edit(project, NUMBERS.get(random.nextInt(NUMBERS.size())));
            Build build = new Build(project);
            if (build.killAfter(random.nextLong(millis))) {
                killed++;
                killedIn.merge(build.goal(), 1, Integer::sum);
            } else {
                late++;
            }
            int number = NUMBERS.get(random.nextInt(NUMBERS.size()));
            undisturbed(project, number);
            assertThat(Files.readAllBytes(project.resolve(MODULE)))
                    .as("%s with %s after a build killed in %s, seed %s", project, number, build.goal(), seed)
                    .isEqualTo(expected.get(project).get(number));
            assertThat(left()).as("left in the temporary folder, seed %s", seed).isEmpty();
        }
        System.out.println(
                "Killed builds: " + kills + " (" + killedIn + "), " + late
                        + " ended before; each build after them right and byte-identical, nothing left in the temporary folder");
    }

    /** Builds to the end, and says how long it took from the plugin's first goal on, in milliseconds. */
    private long undisturbed(Path project, int number) throws Exception {
        edit(project, number);
        return new Build(project).succeed();
    }

    private static void edit(Path project, int number) throws IOException {
        Path patch = project.resolve(PATCH);
        Files.writeString(
                patch, Files.readString(patch).replaceFirst("(?m)^\\+\treturn \\d+;", "+\treturn " + number + ";"));
    }

    private static void run(Path folder, String... command) throws Exception {
        assertThat(new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    private List<String> left() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** One run of Maven. */
    private final class Build {
        private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
        private final CountDownLatch firstGoal = new CountDownLatch(1);
        private final Path group;
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final Future<Integer> exitCode;
        private volatile String goal = "no goal yet";

        Build(Path project) throws IOException {
            group = Files.createTempFile(folder, "group", "");
            InvocationRequest request = new DefaultInvocationRequest()
                    .setBaseDirectory(project.toFile())
                    .setMavenExecutable(folder.resolve("maven-in-a-group").toFile())
                    .setMavenHome(maven)
                    .setLocalRepositoryDirectory(localRepository)
                    .addArg("package")
                    .addArg("--legacy-local-repository")
                    .setBatchMode(true)
                    .setOffline(true)
                    .setMavenOpts("-Djava.io.tmpdir=" + temporary)
                    .addShellEnvironment("TMPDIR", temporary.toString())
                    .addShellEnvironment("KILLED_BUILDS_GROUP", group.toString())
                    .addShellEnvironment("KILLED_BUILDS_MAVEN", maven.toString())
                    .setOutputHandler(this::line);
            exitCode = thread.submit(() -> new DefaultInvoker().execute(request).getExitCode());
            thread.shutdown();
        }

        private void line(String line) {
            lines.add(line);
            int start = line.indexOf("--- kpatch");
            if (start >= 0) {
                goal = line.replaceAll(".*?--- kpatch[^:]*:[^:]*:([a-z-]+).*", "$1");
                firstGoal.countDown();
            }
        }

        /** The goal at work when the last line came. */
        String goal() {
            return goal;
        }

        private void awaitFirstGoal() throws InterruptedException {
            while (!firstGoal.await(100, TimeUnit.MILLISECONDS) && !exitCode.isDone()) {
                // Maven is starting.
            }
        }

        long succeed() throws Exception {
            awaitFirstGoal();
            long start = System.nanoTime();
            assertThat(exitCode.get()).as("%s", String.join("\n", lines)).isZero();
            Files.delete(group);
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        }

        /**
         * Kills Maven and all its processes at once, some time after the plugin's first goal began.
         *
         * @return whether it was still at work
         */
        boolean killAfter(long millis) throws Exception {
            assertThat(firstGoal.await(10, TimeUnit.MINUTES))
                    .as("%s", String.join("\n", lines))
                    .isTrue();
            try {
                exitCode.get(millis, TimeUnit.MILLISECONDS);
                return false;
            } catch (TimeoutException stillAtWork) {
                run(folder, "kill", "-KILL", "--", "-" + Files.readString(group).strip());
            } catch (ExecutionException e) {
                throw new AssertionError(String.join("\n", lines), e);
            }
            int code = exitCode.get();
            Files.delete(group);
            return code != 0;
        }
    }
}
