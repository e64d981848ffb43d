package io.github.kpatch.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.kpatch.diff.ObjectPair;
import io.github.kpatch.host.Progress;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparePairsTest {
    @TempDir
    private Path folder;

    private PairJob failing(String name, RuntimeException error) {
        return new PairJob(
                name,
                () -> {
                    throw error;
                },
                () -> null,
                ObjectPair.LineNumbers.MOVED,
                () -> null,
                folder.resolve(name));
    }

    @Test
    void aBugOfOursIsNoProblemOfTheInputsAndKeepsItsTrace() {
        IllegalStateException bug = new IllegalStateException("broken inside");
        List<ComparePairs.Compared> compared = ComparePairs.all(
                List.of(
                        failing("bug.o", bug),
                        failing("lost.o", ProblemException.input(ProblemCode.INPUT_MISSING, "lost.o", "It is gone."))),
                2,
                Progress.NONE);

        assertThat(compared)
                .extracting(one -> one.result().outcome())
                .containsOnly(PairResult.Outcome.ERROR)
                .hasSize(2);
        assertThat(compared.get(0).problems()).isEmpty();
        assertThat(compared.get(0).result().problems())
                .extracting(PairResult.Entry::code)
                .containsExactly("bug");
        assertThat(compared.get(1).result().problems())
                .extracting(PairResult.Entry::code)
                .containsExactly("KP210");
        assertThatIllegalStateException()
                .isThrownBy(() -> ComparePairs.throwBugs(compared))
                .withMessageContaining("bug.o")
                .withCause(bug);
    }
}
