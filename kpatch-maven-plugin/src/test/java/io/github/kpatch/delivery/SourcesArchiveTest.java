package io.github.kpatch.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.host.Archives;
import io.github.kpatch.host.Progress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcesArchiveTest {
    @TempDir
    private Path folder;

    private static SourcesArchive archive(String content) {
        return new SourcesArchive(new TreeMap<>(Map.of(
                "src/main/kpatch/patches/b.patch", content.getBytes(StandardCharsets.UTF_8), "COPYING", new byte[] {'x'
                })));
    }

    @Test
    void theSameFilesGiveTheSameBytes() throws Exception {
        archive("one").write(folder.resolve("a.tar.xz"));
        archive("one").write(folder.resolve("b.tar.xz"));

        assertThat(folder.resolve("a.tar.xz")).hasSameBinaryContentAs(folder.resolve("b.tar.xz"));
        assertThat(archive("one").digest())
                .isEqualTo(archive("one").digest())
                .isNotEqualTo(archive("two").digest());
    }

    @Test
    void itHoldsWhatItWasGiven() throws Exception {
        Path file = folder.resolve("a.tar.xz");
        archive("one").write(file);

        new Archives(Progress.NONE).unpack("Unpacking", file, Optional.empty(), folder.resolve("out"));

        assertThat(folder.resolve("out/src/main/kpatch/patches/b.patch")).hasContent("one");
        assertThat(folder.resolve("out")).isDirectoryContaining("glob:**/COPYING");
    }
}
