package io.github.kpatch.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    void listsOfTextsHaveDifferentDigests() {
        assertThat(Digests.of(List.of("ab", "c"))).isNotEqualTo(Digests.of(List.of("a", "bc")));
        assertThat(Digests.of(List.of("ab"))).isEqualTo(Digests.of(List.of("ab")));
    }
}
