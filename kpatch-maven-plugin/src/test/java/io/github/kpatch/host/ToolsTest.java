package io.github.kpatch.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolsTest {
    @TempDir
    Path folder;

    private final List<String> started = new ArrayList<>();

    private Path program(String name, String script) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Tools tools() {
        return new Tools(new CommandRunner(started::add), new FileMemo(folder.resolve("memo")), folder + ":/nowhere");
    }

    @Test
    void aProgramIsAskedOnceForItsVersion() throws IOException {
        Path program = program("tool", "echo; echo tool 1.0; echo more");

        assertThat(tools().find("tool")).contains(program);
        assertThat(tools().version(program)).isEqualTo("tool 1.0");
        assertThat(tools().version(program)).isEqualTo("tool 1.0");
        assertThat(started).hasSize(1);

        program("tool", "echo tool 2.0");
        assertThat(tools().version(program)).isEqualTo("tool 2.0");
    }

    @Test
    void whatIsNoProgramIsNotFound() throws IOException {
        Files.writeString(folder.resolve("text"), "x");
        Files.createDirectory(folder.resolve("directory"));

        assertThat(tools().find("text")).isEmpty();
        assertThat(tools().find("directory")).isEmpty();
        assertThat(tools().find("absent")).isEmpty();
        assertThat(tools().find(folder.resolve("absent").toString())).isEmpty();
    }

    @Test
    void aProgramThatFailsIsNamedWithWhatItSaid() throws IOException {
        Path program = program("tool", "echo broken; exit 3");

        assertThatThrownBy(() -> tools().version(program))
                .hasMessageContaining("KP103")
                .hasMessageContaining("code 3")
                .hasMessageContaining("broken");
    }

    @Test
    void aHeartbeatTellsHowFarTheWorkIs() throws InterruptedException {
        CountDownLatch lines = new CountDownLatch(2);
        List<String> console = Collections.synchronizedList(new ArrayList<>());
        Progress progress = new HeartbeatProgress(
                line -> {
                    console.add(line);
                    lines.countDown();
                },
                Duration.ofMillis(20));
        try (Progress.Task task = progress.start("Unpacking", 10, "MiB")) {
            task.advance(3);
            assertThat(lines.await(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(console.get(1)).startsWith("Unpacking: 3 of 10 MiB");
    }
}
