package io.github.kpatch.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileMemoTest {
    @TempDir
    Path folder;

    @Test
    void anAnswerIsKeptUntilAFileIsTouched() throws IOException {
        FileMemo memo = new FileMemo(folder.resolve("memo"));
        Path file = Files.writeString(folder.resolve("file"), "one");
        AtomicInteger asked = new AtomicInteger();

        assertThat(memo.recall("q", List.of(file), () -> "answer " + asked.incrementAndGet()))
                .isEqualTo("answer 1");
        assertThat(memo.recall("q", List.of(file), () -> "answer " + asked.incrementAndGet()))
                .isEqualTo("answer 1");
        assertThat(memo.recall("r", List.of(file), () -> "other")).isEqualTo("other");

        // Same length, time of modification set back: only the inode's own time tells.
        FileTime before = Files.getLastModifiedTime(file);
        Files.writeString(file, "two");
        Files.setLastModifiedTime(file, before);
        assertThat(memo.recall("q", List.of(file), () -> "answer " + asked.incrementAndGet()))
                .isEqualTo("answer 2");
    }

    @Test
    void aFileThatAppearsIsAChange() throws IOException {
        FileMemo memo = new FileMemo(folder.resolve("memo"));
        Path file = folder.resolve("file");

        assertThat(memo.recall("q", List.of(file), () -> "none")).isEqualTo("none");
        Files.writeString(file, "x");
        assertThat(memo.known("q", List.of(file))).isEmpty();
        assertThat(memo.recall("q", List.of(file), () -> "there")).isEqualTo("there");
    }

    @Test
    void aFileThatChangesWhileItIsReadIsNotRemembered() {
        FileMemo memo = new FileMemo(folder.resolve("memo"));
        Path file = folder.resolve("file");

        memo.recall("q", List.of(file), () -> {
            Folders.write(file, "changed");
            return "stale";
        });
        assertThat(memo.known("q", List.of(file))).isEmpty();
    }

    @Test
    void digestsAreThoseOfTheContent() throws IOException {
        FileMemo memo = new FileMemo(folder.resolve("memo"));
        Path file = Files.writeString(folder.resolve("file"), "abc");

        assertThat(memo.sha256(file)).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
