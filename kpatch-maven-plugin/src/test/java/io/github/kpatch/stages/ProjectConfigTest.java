package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.KernelLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectConfigTest {
    @TempDir
    private Path folder;

    @Test
    void anotherReleaseIsOneProblemWhateverTheConfigsSay() throws IOException {
        Path config = Files.writeString(folder.resolve("kernel.config"), "CONFIG_A=y\nCONFIG_B=y\n");
        ProjectConfig project = new ProjectConfig(config);
        KernelRelease wanted = new KernelRelease("6.1.0-2-amd64");
        assertThatCode(() -> project.checkRelease(wanted)).doesNotThrowAnyException();
        Files.writeString(
                folder.resolve("kernel.lock"), new KernelLock("6.1.0-1-amd64", "6.1", "0", "gcc", "0").toText());

        ProblemException refusal = catchThrowableOfType(ProblemException.class, () -> project.checkRelease(wanted));

        assertThat(refusal.problems()).hasSize(1);
        assertThat(refusal)
                .hasMessageContaining("KP211")
                .hasMessageContaining("6.1.0-1-amd64")
                .hasMessageContaining("6.1.0-2-amd64")
                .hasMessageContaining("kpatch:config");
        assertThatCode(() -> project.checkRelease(new KernelRelease("6.1.0-1-amd64")))
                .doesNotThrowAnyException();
    }
}
