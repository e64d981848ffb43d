package io.github.kpatch.diff;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.kernel.TableSetup;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Runs the differ over a folder of real object pairs with another tool's verdicts, whose layout is that of the corpus of
 * Debian stable fixes, and puts both verdicts side by side.
 */
public final class CorpusRun {
    private static final String STRUCT_SIZES = "alt_instr=12,bug_entry=12,exception_table_entry=12,jump_entry=16,"
            + "orc_entry=6,paravirt_patch_site=16,static_call_site=8";

    private final Path corpus;
    private final ModuleSymvers symvers;
    private final Map<String, ParentSymbols> parents = new ConcurrentHashMap<>();

    /** @param corpus the unpacked corpus */
    public CorpusRun(Path corpus) throws IOException {
        this.corpus = corpus;
        Path file = corpus.resolve("Module.symvers");
        this.symvers = ModuleSymvers.parse(file.toString(), Files.readAllBytes(file));
    }

    /**
     * A verdict in the terms that both tools share.
     *
     * @param changed sorted
     * @param added sorted
     */
    record Verdict(String outcome, List<String> changed, List<String> added, List<String> messages) {
        boolean agrees(Verdict other) {
            return outcome.equals(other.outcome) && changed.equals(other.changed) && added.equals(other.added);
        }
    }

    /** One pair with both verdicts and, where it changed, our output. */
    record Result(String name, Verdict reference, Verdict ours, Optional<ElfObject> output) {}

    /** The folders of all pairs, in name order. */
    public List<Path> pairs() throws IOException {
        try (Stream<Path> entries = Files.list(corpus)) {
            return entries.filter(entry -> Files.exists(entry.resolve("reference.json")))
                    .sorted()
                    .toList();
        }
    }

    /** All pairs, in name order, on {@code threads} threads. */
    List<Result> run(int threads) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Result>> running = new ArrayList<>();
            for (Path pair : pairs()) {
                running.add(pool.submit(() -> result(pair)));
            }
            List<Result> results = new ArrayList<>();
            for (Future<Result> each : running) {
                results.add(each.get());
            }
            return results;
        } finally {
            pool.shutdown();
        }
    }

    private Result result(Path pair) throws IOException {
        JsonObject reference = json(pair.resolve("reference.json"));
        Verdict theirs = new Verdict(
                reference.get("outcome").getAsString(),
                strings(reference, "changedFunctions"),
                strings(reference, "newFunctions"),
                strings(reference, "messages"));
        try {
            DiffOutcome outcome = diff(pair);
            if (outcome instanceof DiffOutcome.Changed changed) {
                Verdict ours = new Verdict(
                        "changed",
                        changed.changedFunctions().stream().sorted().toList(),
                        changed.newFunctions().stream().sorted().toList(),
                        changed.warnings().stream().map(Problem::toString).toList());
                return new Result(name(pair), theirs, ours, Optional.of(changed.output()));
            }
            return new Result(name(pair), theirs, verdict(outcome), Optional.empty());
        } catch (ProblemException e) {
            List<String> messages = e.problems().stream().map(Problem::toString).toList();
            return new Result(
                    name(pair), theirs, new Verdict("error", List.of(), List.of(), messages), Optional.empty());
        }
    }

    private static Verdict verdict(DiffOutcome outcome) {
        if (outcome instanceof DiffOutcome.Rejected rejected) {
            return new Verdict(
                    "rejected",
                    rejected.changedFunctions().stream().sorted().toList(),
                    rejected.newFunctions().stream().sorted().toList(),
                    rejected.problems().stream().map(Problem::toString).toList());
        }
        return new Verdict("unchanged", List.of(), List.of(), List.of());
    }

    /** The outcome for the pair in that folder. */
    public DiffOutcome diff(Path pair) throws IOException {
        return DiffObject.run(
                new ObjectPair(name(pair), read(pair, "original.o"), read(pair, "patched.o")), target(pair));
    }

    /** What the differ is told of the kernel for the pair in that folder. */
    public DiffTarget target(Path pair) throws IOException {
        JsonObject meta = json(pair.resolve("meta.json"));
        return new DiffTarget(
                KernelObject.named(meta.get("parent").getAsString()),
                parents.computeIfAbsent(meta.get("parentElf").getAsString(), this::parent),
                symvers,
                StructSizes.parse("corpus", STRUCT_SIZES),
                TableSetup.BY_LOADER,
                Optional.empty());
    }

    private ParentSymbols parent(String file) {
        try {
            Path table = corpus.resolve("symtabs").resolve(file + ".symtab");
            return ParentSymbols.read(ByteSource.of(file, Files.readAllBytes(table)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One object of a pair. */
    public static ElfObject read(Path pair, String file) throws IOException {
        return ElfReader.read(file, Files.readAllBytes(pair.resolve(file)));
    }

    private static String name(Path pair) {
        return pair.getFileName().toString();
    }

    private static JsonObject json(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    private static List<String> strings(JsonObject object, String key) {
        return object.getAsJsonArray(key).asList().stream()
                .map(element -> element.getAsString())
                .sorted()
                .toList();
    }
}
