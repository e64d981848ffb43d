package io.github.kpatch.livepatch.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.diff.CorpusRun;
import io.github.kpatch.testing.Corpus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The modules of real stable fixes pass: what the second reading finds in one of them is a false alarm, or a defect. */
class VerifyCorpusTest {
    @TempDir
    Path folder;

    @Test
    @SuppressWarnings("SystemOut")
    void findsNothingInModulesOfRealFixes() throws Exception {
        CorpusRun run = new CorpusRun(Corpus.folder());
        List<String> findings = new ArrayList<>();
        long read = 0;
        int modules = 0;
        for (Path pair : run.pairs()) {
            Path made = Files.createDirectory(folder.resolve(pair.getFileName()));
            Optional<MadeModule> module = MadeModule.ofCorpus(run, pair, made);
            if (module.isPresent()) {
                modules++;
                read += module.get().module().size();
                MadeModule each = module.get();
                Stream.concat(
                                each.isLoadable(each.module()) ? Stream.empty() : Stream.of("not loadable"),
                                each.findings(each.module()).stream())
                        .forEach(finding -> findings.add(each.name() + ": " + finding));
            }
        }
        System.out.printf(
                "Read %d modules of the corpus, %d bytes, against what was compiled: %d findings%n",
                modules, read, findings.size());
        assertThat(findings).isEmpty();
        assertThat(modules).isGreaterThan(50);
    }
}
