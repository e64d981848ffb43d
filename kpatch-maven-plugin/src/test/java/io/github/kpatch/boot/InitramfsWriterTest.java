package io.github.kpatch.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.testing.NativeTools;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive as cpio itself reads it, because the kernel's reader cannot be asked here. */
class InitramfsWriterTest {
    private static byte[] archive() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (InitramfsWriter writer = new InitramfsWriter(bytes)) {
            writer.folder("proc");
            writer.file("init", "#!/bin/busybox sh\n".getBytes(StandardCharsets.UTF_8));
            writer.file("kpatch/scripts/data/x", new byte[] {1, 2, 3});
            writer.folder("kpatch/scripts");
        }
        return bytes.toByteArray();
    }

    @Test
    void cpioListsEveryFolderBeforeItsFiles(@TempDir Path folder) throws IOException {
        Files.write(folder.resolve("a.cpio"), archive());

        assertThat(NativeTools.run(folder, "cpio", "--quiet", "-t", "-F", "a.cpio")
                        .out()
                        .lines())
                .containsExactly(
                        "proc", "init", "kpatch", "kpatch/scripts", "kpatch/scripts/data", "kpatch/scripts/data/x");
    }

    @Test
    void cpioUnpacksContentsAndModes(@TempDir Path folder) throws IOException {
        Files.write(folder.resolve("a.cpio"), archive());

        NativeTools.run(folder, "cpio", "--quiet", "-i", "-F", "a.cpio");

        assertThat(folder.resolve("init")).hasContent("#!/bin/busybox sh\n").isExecutable();
        assertThat(folder.resolve("proc")).isEmptyDirectory();
        assertThat(folder.resolve("kpatch/scripts/data/x")).hasBinaryContent(new byte[] {1, 2, 3});
        assertThat(NativeTools.run(folder, "cpio", "--quiet", "-tvn", "-F", "a.cpio")
                        .out())
                .contains("drwxr-xr-x   2 0        0 ")
                .contains("-rwxr-xr-x   1 0        0 ")
                .contains("1970");
    }

    @Test
    void equalContentGivesEqualBytes() throws IOException {
        assertThat(archive()).isEqualTo(archive());
    }
}
