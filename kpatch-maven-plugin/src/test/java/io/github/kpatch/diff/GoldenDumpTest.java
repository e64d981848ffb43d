package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.github.kpatch.elf.ElfDump;
import io.github.kpatch.testing.Corpus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole outputs of the differ, byte for byte, as text. Scenarios ask about what they are about; these notice everything
 * else. The objects are real ones out of the corpus and not compiled here, so that no compiler's version matters: a
 * function of vmlinux, one of a module, a clone, code in several pieces with a new function and static calls.
 *
 * <p>After a change that is meant to change outputs, {@code mvn test -Dtest=GoldenDumpTest -Dkpatch.test.rewriteGoldens}
 * writes the dumps anew and fails, so that nobody takes that for a test; what changed is then for version control to
 * show.
 */
class GoldenDumpTest {
    private static final Path FOLDER = Path.of("src", "test", "resources", "io", "github", "kpatch", "diff", "dumps");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "net__ipv4__udp_bpf",
                "drivers__watchdog__watchdog_hrtimer_pretimeout",
                "drivers__hwmon__drivetemp",
                "net__rds__ib_cm"
            })
    void outputIsAsStored(String pair) throws IOException {
        DiffOutcome outcome =
                new CorpusRun(Corpus.folder()).diff(Corpus.folder().resolve(pair));
        assertThat(outcome).isInstanceOf(DiffOutcome.Changed.class);
        String dump = ElfDump.withContents(((DiffOutcome.Changed) outcome).output());

        Path file = FOLDER.resolve(pair + ".dump");
        if (System.getProperty("kpatch.test.rewriteGoldens") != null) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, dump, StandardCharsets.UTF_8);
            fail("Wrote " + file + ". Look at what changed, and run again without the property.");
        }
        assertThat(file).usingCharset(StandardCharsets.UTF_8).hasContent(dump);
    }
}
