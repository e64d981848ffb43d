package io.github.kpatch.kbuild;

import static org.assertj.core.api.Assertions.assertThat;

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
}
