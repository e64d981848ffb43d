package io.github.kpatch.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TemporaryFolderTest {
    @TempDir
    Path parent;

    /** Makes a temporary folder below its argument, fills it, says where it is, and keeps it until it is killed. */
    static final class Maker {
        private Maker() {}

        public static void main(String[] arguments) throws Exception {
            TemporaryFolder folder = TemporaryFolder.makeIn(Path.of(arguments[0]));
            Files.createDirectories(folder.path().resolve("view/fs"));
            Files.writeString(folder.path().resolve("view/fs/one.o"), "x");
            System.out.println(folder.path());
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(parent)) {
            return files.toList();
        }
    }

    @Test
    void whatIsClosedLeavesNothing() throws IOException {
        try (TemporaryFolder folder = TemporaryFolder.makeIn(parent)) {
            Files.writeString(folder.path().resolve("file"), "x");
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void theNextBuildSweepsWhatAKilledOneLeftAndNothingOfALivingOne() throws Exception {
        Process maker = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Maker.class.getName(),
                        parent.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(maker.getInputStream(), StandardCharsets.UTF_8))) {
            Path left = Path.of(output.readLine());
            TemporaryFolder.makeIn(parent).close();
            assertThat(left.resolve("view/fs/one.o")).hasContent("x");

            maker.destroyForcibly().waitFor();
            assertThat(left.resolve("view/fs/one.o")).hasContent("x");
            TemporaryFolder.makeIn(parent).close();
        } finally {
            maker.destroyForcibly();
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void foldersOfOneProcessDoNotSweepEachOther() throws IOException {
        try (TemporaryFolder first = TemporaryFolder.makeIn(parent);
                TemporaryFolder second = TemporaryFolder.makeIn(parent)) {
            TemporaryFolder.makeIn(parent).close();
            assertThat(first.path()).isDirectory();
            assertThat(second.path()).isDirectory();
        }
    }

    /** A name like ours may be anything: a link to what is not ours is never followed. */
    @Test
    void linksOfOurNamesAreNotFollowed() throws IOException {
        Path foreign = Files.createDirectory(parent.resolve("foreign"));
        Files.writeString(foreign.resolve("file"), "x");
        Files.createSymbolicLink(parent.resolve("kpatch-a.lock"), foreign.resolve("file"));
        Files.createSymbolicLink(parent.resolve("kpatch-a"), foreign);

        TemporaryFolder.makeIn(parent).close();

        assertThat(foreign.resolve("file")).hasContent("x");
    }
}
