package io.github.kpatch.diff;

import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.testing.Corpus;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * How fast the engine compares the corpus of real pairs. Wall times mean little on a machine that does other things, so
 * every contestant takes its turn in each round, and what counts is how their medians compare within this one run. The
 * yardstick is {@code readelf -aW}: how long the field's own reader takes to look at the same objects.
 *
 * <p>Not a test: {@code mvn -pl kpatch-maven-plugin -Pbenchmark test-compile exec:exec}.
 */
final class DiffBenchmark {
    private static final int WARM_UP_ROUNDS = 2;
    private static final int ROUNDS = 7;

    private DiffBenchmark() {}

    /**
     * Runs all rounds and prints the figures.
     *
     * @param arguments none
     */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
        CorpusRun corpus = new CorpusRun(Corpus.folder());
        List<Path> pairs = corpus.pairs();
        int processors = Runtime.getRuntime().availableProcessors();

        Map<String, Callable<?>> contestants = new LinkedHashMap<>();
        contestants.put("readelf -aW, a process a pair", () -> readelf(pairs));
        contestants.put("read both objects", () -> read(pairs));
        contestants.put("read and compare, 1 thread", () -> corpus.run(1));
        if (processors > 1) {
            contestants.put("read and compare, " + processors + " threads", () -> corpus.run(processors));
        }

        Map<String, double[]> seconds = new LinkedHashMap<>();
        contestants.keySet().forEach(name -> seconds.put(name, new double[ROUNDS]));
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
            for (Map.Entry<String, Callable<?>> contestant : contestants.entrySet()) {
                long start = System.nanoTime();
                contestant.getValue().call();
                if (round >= 0) {
                    seconds.get(contestant.getKey())[round] = (System.nanoTime() - start) / 1e9;
                }
            }
        }

        double yardstick = median(seconds.values().iterator().next());
        System.out.printf("%d pairs, median of %d rounds%n", pairs.size(), ROUNDS);
        seconds.forEach((name, times) -> System.out.printf(
                Locale.ROOT,
                "%-32s %7.3f s %8.1f pairs/s   %5.2f of readelf%n",
                name,
                median(times),
                pairs.size() / median(times),
                median(times) / yardstick));
        Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .forEach(line ->
                        System.out.println("peak memory of this process: " + line.replaceAll("\\D+", "") + " kB"));
    }

    private static double median(double[] times) {
        double[] sorted = times.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static int readelf(List<Path> pairs) {
        return pairs.stream()
                .mapToInt(pair -> NativeTools.run(pair, "readelf", "-aW", "original.o", "patched.o")
                        .out()
                        .length())
                .sum();
    }

    private static int read(List<Path> pairs) throws IOException {
        int sections = 0;
        for (Path pair : pairs) {
            for (String object : List.of("original.o", "patched.o")) {
                sections += ElfReader.read(object, Files.readAllBytes(pair.resolve(object)))
                        .sections()
                        .size();
            }
        }
        return sections;
    }
}
