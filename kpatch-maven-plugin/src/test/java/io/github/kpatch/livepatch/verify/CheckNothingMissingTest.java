package io.github.kpatch.livepatch.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.diff.CorpusRun;
import io.github.kpatch.diff.DiffOutcome;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.livepatch.ModuleFolder;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.Corpus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A module without a function that the patch changes, and patches that change none. */
class CheckNothingMissingTest {
    @TempDir
    Path folder;

    @Test
    void findsAChangedFunctionThatTheModuleLacks() throws Exception {
        MadeModule made = MadeModule.ofSources(folder);
        List<CompiledUnit> units = made.parts().units().stream()
                .map(unit -> unit.parent().isModule()
                        ? unit
                        : new CompiledUnit(unit.path(), unit.parent(), unit.original(), MadeModule.withAnotherChange()))
                .toList();
        CompiledParts parts = new CompiledParts(units, made.parts().own());

        assertThatThrownBy(() -> VerifyModule.verify("x.ko", made.module().toArray(), parts, made.running()))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problems())
                                .singleElement()
                                .asString()
                                .contains("KP517", "apart", "does not hold it"));
    }

    @Test
    void findsNothingWhereNothingChanges() throws Exception {
        CorpusRun run = new CorpusRun(Corpus.folder());
        List<String> found = new ArrayList<>();
        int unchanged = 0;
        for (Path pair : run.pairs()) {
            if (isUnchanged(run, pair)) {
                unchanged++;
                CheckNothingMissing.changed(MadeModule.unit(run, pair), ModuleFolder.X86).stream()
                        .map(Symbol::name)
                        .forEach(name -> found.add(pair.getFileName() + ": " + name));
            }
        }
        assertThat(found).isEmpty();
        assertThat(unchanged).isPositive();
    }

    private static boolean isUnchanged(CorpusRun run, Path pair) throws Exception {
        try {
            return run.diff(pair) instanceof DiffOutcome.Unchanged;
        } catch (ProblemException notInTheKernel) {
            return false;
        }
    }
}
