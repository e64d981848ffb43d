package io.github.kpatch.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.util.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZstdLibraryTest {
    @TempDir
    Path temporary;

    /** Loads the library in a JVM that has not loaded it yet. */
    static final class Loader {
        private Loader() {}

        public static void main(String[] arguments) {
            ZstdLibrary.load();
            System.exit(Native.isLoaded() ? 0 : 1);
        }
    }

    @Test
    void putsNothingIntoTheTemporaryFolderThatTheNextBuildWouldNotSweep() throws Exception {
        try (WatchService watch = temporary.getFileSystem().newWatchService()) {
            WatchKey made = temporary.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            Process loader = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Djava.io.tmpdir=" + temporary,
                            "-cp",
                            System.getProperty("java.class.path"),
                            Loader.class.getName())
                    .inheritIO()
                    .start();
            assertThat(loader.waitFor()).isZero();

            List<String> names = made.pollEvents().stream()
                    .map(event -> event.context().toString())
                    .toList();
            assertThat(names).hasSizeBetween(2, 3).allMatch(name -> name.startsWith("kpatch-"));
        }
        assertThat(left()).isEmpty();
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.toList();
        }
    }
}
