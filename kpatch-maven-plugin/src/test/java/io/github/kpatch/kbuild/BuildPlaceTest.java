package io.github.kpatch.kbuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildPlaceTest {
    @TempDir
    private Path folder;

    @Test
    void anOrdinaryFolderIsUsedAndKept() throws IOException {
        Path own = Files.createDirectory(folder.resolve("own"));
        try (BuildPlace place = BuildPlace.of(own)) {
            assertThat(place.path()).isEqualTo(own);
        }
        assertThat(own).exists();
    }

    @Test
    void aFolderThatKbuildRefusesGivesWayToATemporaryOne() throws IOException {
        Path own = Files.createDirectory(folder.resolve("my project"));
        Path used;
        try (BuildPlace place = BuildPlace.of(own)) {
            used = place.path();
            assertThat(used).isDirectory();
            assertThat(used.toString()).doesNotContain(" ").doesNotContain(":");
        }
        assertThat(used).doesNotExist();
        assertThat(own).exists();
    }

    @Test
    void aTemporaryFolderThatMakeCannotWorkInIsRefused() throws IOException {
        Path own = Files.createDirectory(folder.resolve("my project"));
        String before = System.getProperty("java.io.tmpdir");
        System.setProperty(
                "java.io.tmpdir", Files.createDirectory(folder.resolve("it's")).toString());
        try {
            assertThatThrownBy(() -> BuildPlace.of(own))
                    .hasMessageContaining("KP109")
                    .hasMessageContaining("it's");
            assertThat(folder.resolve("it's")).isEmptyDirectory();
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
    }
}
