package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.XZInputStream;

/** The archive of the modules of several kernels. */
class PackModulesTest {
    @TempDir
    private Path folder;

    private Path module(String release) throws IOException {
        Path file = Files.createDirectories(folder.resolve(release)).resolve("kpatch-fix.ko");
        return Files.writeString(file, "of " + release);
    }

    @Test
    void eachModuleLiesInAFolderOfItsRelease() throws IOException {
        Map<String, Path> modules = Map.of("6.12.1", module("6.12.1"), "6.1.2", module("6.1.2"));
        Path archive = folder.resolve("target/fix.tar.xz");
        PackModules.run(new TreeMap<>(modules), archive);
        byte[] first = Files.readAllBytes(archive);
        Files.setLastModifiedTime(module("6.1.2"), FileTime.fromMillis(1_000_000));
        PackModules.run(new TreeMap<>(modules), archive);

        assertThat(Files.readAllBytes(archive)).isEqualTo(first);
        List<String> entries = new ArrayList<>();
        try (InputStream in = Files.newInputStream(archive);
                TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(in))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                entries.add(entry.getName() + ": " + new String(tar.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        assertThat(entries).containsExactly("6.1.2/kpatch-fix.ko: of 6.1.2", "6.12.1/kpatch-fix.ko: of 6.12.1");
    }
}
