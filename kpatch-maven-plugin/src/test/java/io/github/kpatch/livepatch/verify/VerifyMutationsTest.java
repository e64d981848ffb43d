package io.github.kpatch.livepatch.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.diff.CorpusRun;
import io.github.kpatch.testing.Corpus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the second reading is worth: of modules that are wrong in one place, in ways that defects of the differ, of the last
 * step and of linkers would be wrong, none may pass, be it that the loader's rules ({@code CheckModule}) would let it or not.
 */
class VerifyMutationsTest {
    /** How many mutants of a kind are tried; the rarer a kind, the more modules are looked through for it. */
    private static final int ENOUGH = 20;
    /** Of the corpus every so many pairs. */
    private static final int EVERY = 3;

    /** A line a kind: how many were killed, and how many of them the loader would take. */
    private static final Path TABLE = Path.of("target", "verify-mutations.tsv");

    @TempDir
    Path folder;

    /** How many mutants of a kind there are, and how many of them the loader's rules alone would have let pass. */
    private static final class Count {
        private int killed;
        private int loadable;
    }

    private final Map<String, Count> kinds = new TreeMap<>();
    private int modules;
    private final List<String> survivors = new ArrayList<>();

    @Test
    @SuppressWarnings("SystemOut")
    void noWrongModulePasses() throws Exception {
        judge(MadeModule.ofSources(Files.createDirectory(folder.resolve("sources"))));
        CorpusRun run = new CorpusRun(Corpus.folder());
        List<Path> pairs = run.pairs();
        for (int i = 0; i < pairs.size(); i += EVERY) {
            Path pair = pairs.get(i);
            MadeModule.ofCorpus(run, pair, Files.createDirectory(folder.resolve(pair.getFileName())))
                    .ifPresent(this::judge);
        }
        int killed = kinds.values().stream().mapToInt(count -> count.killed).sum();
        int loadable = kinds.values().stream().mapToInt(count -> count.loadable).sum();
        Files.writeString(
                Files.createDirectories(TABLE.getParent()).resolve(TABLE.getFileName()),
                kinds.entrySet().stream()
                        .map(kind -> "%s\t%d\t%d%n"
                                .formatted(kind.getKey(), kind.getValue().killed, kind.getValue().loadable))
                        .collect(Collectors.joining()));
        System.out.printf(
                "Mutants of %d modules: %d kinds, %d killed by the second reading, of which the loader would take %d, %d survivors%n",
                modules, kinds.size(), killed, loadable, survivors.size());
        assertThat(survivors).isEmpty();
        assertThat(kinds).hasSizeGreaterThan(80);
        assertThat(loadable).isGreaterThan(1000);
    }

    private void judge(MadeModule module) {
        assertThat(module.findings(module.module())).as(module.name()).isEmpty();
        assertThat(module.isLoadable(module.module())).as(module.name()).isTrue();
        modules++;
        ModuleMutations.of(
                module,
                kind -> !kinds.containsKey(kind) || kinds.get(kind).killed < ENOUGH,
                mutant -> judge(module, mutant));
    }

    private void judge(MadeModule module, ModuleMutations.Mutant mutant) {
        Count count = kinds.computeIfAbsent(mutant.kind(), any -> new Count());
        boolean loadable = module.isLoadable(mutant.module());
        if (!module.findings(mutant.module()).isEmpty()) {
            count.killed++;
            count.loadable += loadable ? 1 : 0;
        } else {
            survivors.add(
                    module.name() + ": " + mutant.kind() + " at " + mutant.what() + (loadable ? "" : ", not loadable"));
        }
    }
}
