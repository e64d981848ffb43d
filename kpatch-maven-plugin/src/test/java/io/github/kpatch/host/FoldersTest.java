package io.github.kpatch.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import io.github.kpatch.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
    @TempDir
    Path folder;

    @Test
    void writingLeavesNothingElseBehind() throws IOException {
        Path file = folder.resolve("a/b/file");
        Folders.write(file, "one");
        Folders.write(file, "two");

        assertThat(file).hasContent("two");
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void deletingFollowsNoLink() throws IOException {
        Path kept = Files.createDirectory(folder.resolve("kept"));
        Files.writeString(kept.resolve("file"), "x");
        Path gone = Files.createDirectory(folder.resolve("gone"));
        Files.createSymbolicLink(gone.resolve("link"), kept);
        Files.createDirectories(gone.resolve("a/b/c"));

        Folders.delete(gone);
        Folders.delete(gone);

        assertThat(gone).doesNotExist();
        assertThat(kept.resolve("file")).hasContent("x");
    }

    @Test
    void aFolderThatCannotBeMadeIsOneCodedProblem() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");

        assertThatThrownBy(() -> Folders.make(file.resolve("below"))).hasMessageContaining("KP105");
    }

    @Test
    void aFullDiskIsNamedWithWhatIsNeededAndLeavesWhatWasThere() throws IOException {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        try (SmallDisk small = SmallDisk.mount(disk, 256)) {
            Path file = small.folder().resolve("file");
            Folders.write(file, "one");

            assertThatThrownBy(() -> Folders.write(file, new byte[1 << 20]))
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            e -> assertThat(e.problems()).singleElement().satisfies(problem -> {
                                assertThat(problem.code()).isEqualTo(ProblemCode.DISK_FULL);
                                assertThat(problem.what())
                                        .contains(disk.toString(), "of 0.3 MiB", "1.0 MiB were needed");
                            }));
            assertThat(file).hasContent("one");
            try (var files = Files.list(disk)) {
                assertThat(files).containsExactly(file);
            }
        }
    }

    /** Writes a file and moves a folder below its argument. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws IOException {
            Path folder = Path.of(arguments[0]);
            Folders.write(folder.resolve("file"), "content");
            Files.createDirectories(folder.resolve("partial"));
            Folders.move(folder.resolve("partial"), folder.resolve("complete"));
        }
    }

    /** What the system is asked, in its order: without it a name could reach the disk before the content. */
    @Test
    void contentIsOnTheDiskBeforeItHasItsName() throws IOException {
        Path calls = folder.resolve("calls");
        try {
            NativeTools.run(
                    folder,
                    "strace",
                    "-f",
                    "-y",
                    "-e",
                    "trace=fsync,fdatasync,syncfs,rename,renameat,renameat2",
                    "-o",
                    calls.toString(),
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Writer.class.getName(),
                    folder.toString());
        } catch (AssertionError e) {
            Assumptions.abort("Calls of the system cannot be watched here: " + e.getMessage());
        }

        assertThat(Files.readAllLines(calls).stream()
                        .filter(line -> line.contains(folder.toString()))
                        .map(line -> line.replaceAll("^\\d+ +(\\w+).*", "$1")))
                .containsExactly("fsync", "rename", "fsync", "syncfs", "rename", "fsync");
    }

    @Test
    void listsOfTextsHaveDifferentDigests() {
        assertThat(Digests.of(List.of("ab", "c"))).isNotEqualTo(Digests.of(List.of("a", "bc")));
        assertThat(Digests.of(List.of("ab"))).isEqualTo(Digests.of(List.of("ab")));
    }
}
