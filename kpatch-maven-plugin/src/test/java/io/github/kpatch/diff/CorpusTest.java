package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.host.Folders;
import io.github.kpatch.testing.Corpus;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Compares the engine's verdicts with the reference's on real stable fixes. Every disagreement has an entry, with a
 * reason, in {@code corpus/deviations.tsv}; what a reason claims is shown here from the objects themselves.
 *
 * <p>The reasons: the number of one of the reference's known defects ({@code D-16}); {@code line-number-only}, a function
 * that changed in nothing but {@code __LINE__}; {@code printed-line-number}, such a function that we replace all the same,
 * because it gives the number to {@code printk}, which prints any; {@code not-in-parent}, an object that the kernel does not contain; and
 * {@code cold-relocations}, a changed function of which the reference sees only the cold piece, because nothing but
 * relocations of that piece changed, and which it then refuses as not traceable.
 */
class CorpusTest {
    private static final int PAIRS = 128;
    private static final Pattern REASON =
            Pattern.compile("D-([1-9]|1\\d|2[01])|line-number-only|printed-line-number|not-in-parent|cold-relocations");
    private static final Pattern COLD_REFUSED =
            Pattern.compile("ERROR: function (\\S+)\\.cold doesn't have patchable function entry, unable to patch");

    private static List<CorpusRun.Result> results;

    private record Deviation(String reason, String sentence) {}

    @BeforeAll
    static void compareAll() throws Exception {
        results = new CorpusRun(Corpus.folder()).run(Runtime.getRuntime().availableProcessors());
    }

    @Test
    @SuppressWarnings("SystemOut")
    void everyPairAgreesOrDeviatesForItsReason() throws IOException {
        Map<String, Deviation> deviations = deviations();
        List<String> failures = new ArrayList<>();
        int agreeing = 0;
        int deviating = 0;
        for (CorpusRun.Result result : results) {
            Deviation deviation = deviations.remove(result.name());
            Optional<String> failure = deviation == null ? disagreement(result) : refutation(result, deviation);
            failure.ifPresent(why -> failures.add(result.name() + ": " + why));
            if (failure.isEmpty() && deviation == null) {
                agreeing++;
            } else if (failure.isEmpty()) {
                deviating++;
            }
        }
        deviations.keySet().forEach(pair -> failures.add(pair + ": listed as deviating, but not in the corpus"));
        System.out.println(
                "corpus: " + agreeing + " agree, " + deviating + " deviate with reason, " + failures.size() + " fail");
        assertThat(failures).isEmpty();
        assertThat(results).hasSize(PAIRS);
    }

    private static Optional<String> disagreement(CorpusRun.Result result) {
        return result.reference().agrees(result.ours())
                ? Optional.empty()
                : Optional.of("\n  reference " + result.reference() + "\n  ours      " + result.ours());
    }

    /** What speaks against a deviation as it is listed. */
    private static Optional<String> refutation(CorpusRun.Result result, Deviation deviation) throws IOException {
        if (result.reference().agrees(result.ours())) {
            return Optional.of("listed as deviating, but it agrees");
        }
        if (!REASON.matcher(deviation.reason()).matches()
                || deviation.sentence().isBlank()) {
            return Optional.of("listed without a known reason and a sentence");
        }
        if (deviation.reason().equals("not-in-parent")) {
            return result.ours().outcome().equals("error")
                    ? Optional.empty()
                    : Optional.of("listed as not in its parent, but we compared it");
        }
        if (deviation.reason().equals("cold-relocations") && !coldRelocationsChanged(result)) {
            return Optional.of("more than the relocations of a cold piece led the reference astray");
        }
        if (deviation.reason().equals("printed-line-number")) {
            return refutationOfPrintedLines(result);
        }
        if (deviation.reason().equals("line-number-only") && !onlyDrops(result)) {
            return Optional.of("listed as differing in line numbers, but we do not just drop functions");
        }
        LineNumbersOnly lineNumbers = new LineNumbersOnly(pair(result.name()));
        for (String function : dropped(result)) {
            Optional<String> difference = lineNumbers.otherDifference(function);
            if (difference.isPresent()) {
                return Optional.of("we drop " + function + ", but " + difference.get());
            }
        }
        return Optional.empty();
    }

    /** The functions that the reference would replace or add and we would not. */
    private static Set<String> dropped(CorpusRun.Result result) {
        Set<String> dropped = new TreeSet<>(result.reference().changed());
        dropped.addAll(result.reference().added());
        result.ours().changed().forEach(dropped::remove);
        result.ours().added().forEach(dropped::remove);
        return dropped;
    }

    private static Optional<String> refutationOfPrintedLines(CorpusRun.Result result) throws IOException {
        Set<String> added = new TreeSet<>(result.ours().changed());
        result.reference().changed().forEach(added::remove);
        boolean nothingElse = result.reference().outcome().equals(result.ours().outcome())
                && result.reference().added().equals(result.ours().added())
                && result.ours().changed().containsAll(result.reference().changed());
        if (!nothingElse) {
            return Optional.of("listed as replacing functions that print a line, but that is not all");
        }
        LineNumbersOnly lineNumbers = new LineNumbersOnly(pair(result.name()));
        for (String function : added) {
            Optional<String> difference = lineNumbers.otherDifference(function);
            if (difference.isPresent()) {
                return Optional.of("we replace " + function + " as well, and " + difference.get());
            }
        }
        return Optional.empty();
    }

    private static boolean onlyDrops(CorpusRun.Result result) {
        return !dropped(result).isEmpty()
                && result.reference().changed().containsAll(result.ours().changed())
                && result.reference().added().containsAll(result.ours().added());
    }

    /**
     * Whether the reference refuses nothing but cold pieces, and these have the same code in both objects, so that only
     * their relocations can differ, and we replace the functions that they belong to.
     */
    private static boolean coldRelocationsChanged(CorpusRun.Result result) {
        List<String> functions = new ArrayList<>();
        for (String message : result.reference().messages()) {
            Matcher refused = COLD_REFUSED.matcher(message);
            if (refused.matches()) {
                functions.add(refused.group(1));
            } else if (message.contains("ERROR: function ")) {
                return false;
            }
        }
        return result.reference().outcome().equals("rejected")
                && !functions.isEmpty()
                && result.ours().changed().containsAll(functions)
                && functions.stream().allMatch(function -> sameCode(result.name(), function + ".cold"));
    }

    private static boolean sameCode(String name, String function) {
        return code(name, "original.o", function).equals(code(name, "patched.o", function));
    }

    private static Object code(String name, String object, String function) {
        ElfObject elf = ElfReader.read(object, NativeTools.bytes(pair(name).resolve(object)));
        return elf.section(elf.symbol(elf.symbolsNamed(function).get(0))
                        .home()
                        .section()
                        .orElseThrow())
                .data();
    }

    private static Path pair(String name) {
        return Corpus.folder().resolve(name);
    }

    private static Map<String, Deviation> deviations() throws IOException {
        Map<String, Deviation> deviations = new TreeMap<>();
        Files.readAllLines(Corpus.RESOURCES.resolve("deviations.tsv")).stream()
                .skip(1)
                .forEach(line -> {
                    String[] columns = line.split("\t", -1);
                    assertThat(columns).as(line).hasSize(3);
                    assertThat(deviations.put(columns[0], new Deviation(columns[1], columns[2])))
                            .as(line)
                            .isNull();
                });
        return deviations;
    }

    @Test
    void linkerAndReadelfAcceptEveryOutput() throws IOException {
        Path outputs = Folders.make(Corpus.folder().resolveSibling("outputs"));
        for (CorpusRun.Result result : results) {
            if (result.output().isPresent()) {
                Files.write(
                        outputs.resolve(result.name() + ".o"),
                        ElfWriter.write(result.output().get()));
            }
        }
        results.parallelStream()
                .filter(result -> result.output().isPresent())
                .map(result -> result.name() + ".o")
                .forEach(object -> {
                    assertThat(NativeTools.run(outputs, "readelf", "-aW", object)
                                    .err())
                            .isEmpty();
                    NativeTools.Printed linked = NativeTools.run(outputs, "ld", "-r", "-o", object + ".linked", object);
                    assertThat(linked.out() + linked.err()).isEmpty();
                });
        assertThat(results.stream().filter(result -> result.output().isPresent()))
                .hasSizeGreaterThan(PAIRS / 2);
    }

    @Test
    void tellsLineNumbersFromOtherDifferences() throws IOException {
        LineNumbersOnly binder = new LineNumbersOnly(pair("drivers__android__binder"));
        assertThat(binder.otherDifference("binder_poll")).isEmpty();
        assertThat(binder.otherDifference("no_such_function"))
                .hasValueSatisfying(absent -> assertThat(absent).contains("not defined"));

        LineNumbersOnly extents = new LineNumbersOnly(pair("fs__ext4__extents_status"));
        assertThat(extents.otherDifference("es_reclaim_extents")).isEmpty();
        assertThat(extents.otherDifference("ext4_es_unregister_shrinker")).isPresent();

        LineNumbersOnly text = new LineNumbersOnly(pair("sound__pci__asihpi__hpi6000"));
        assertThat(text.otherDifference("hpi6000_adapter_boot_load_dsp"))
                .hasValueSatisfying(other -> assertThat(other).contains("text"));
    }
}
