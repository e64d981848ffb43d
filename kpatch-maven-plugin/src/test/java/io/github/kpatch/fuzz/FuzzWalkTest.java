package io.github.kpatch.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.host.Folders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That no finding ends a walk, that each kind is told once, and that nothing of what was done is left uncounted. */
class FuzzWalkTest {
    private static final long INPUTS = 300;
    private static final byte[] LAST = "an input that no process survives".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path folder;

    /** Breaks its laws for inputs that begin so, and ends its process for one that no mutation comes to. */
    public static final class Trap {
        private Trap() {}

        /** Called by the fuzzer. */
        public static void fuzzerTestOneInput(byte[] bytes) {
            if (Arrays.hashCode(bytes) == Arrays.hashCode(LAST)) {
                Runtime.getRuntime().halt(3);
            }
            if (bytes.length > 1 && (bytes[0] == 'a' || bytes[0] == 'b')) {
                throw new Finding("a law", "begins with " + (char) bytes[0], Arrays.toString(bytes));
            }
        }
    }

    @Test
    void goesOnBehindFindings() throws Exception {
        Path inputs = Folders.make(folder.resolve("inputs"));
        for (String input : List.of("a1", "a2", "b1", "b2", "c1")) {
            Files.writeString(inputs.resolve(input), input);
        }
        Path earlier = Folders.make(folder.resolve("findings/Trap"));
        Files.write(earlier.resolve("earlier"), LAST);
        FuzzWalk walk = new FuzzWalk(
                Trap.class, folder, List.of("-Xmx256m", "-cp", System.getProperty("java.class.path")), inputs);

        FuzzWalk.Outcome outcome = walk.walk(new FuzzWalk.Length(7, Optional.of(INPUTS), Duration.ofMinutes(2)));

        assertThat(outcome.seeds()).containsExactly(7, 8);
        assertThat(outcome.executions()).isBetween(INPUTS, INPUTS + 10);
        assertThat(outcome.findings()).hasSize(3);
        assertThat(String.join("\n", outcome.findings()))
                .contains("a law: [97, ", "a law: [98, ", "fuzz target exited");
        assertThat(outcome).hasToString("seeds [7, 8], %d executions, 3 findings", outcome.executions());
        try (var kept = Files.list(earlier)) {
            assertThat(kept).hasSizeGreaterThanOrEqualTo(3);
        }
    }
}
