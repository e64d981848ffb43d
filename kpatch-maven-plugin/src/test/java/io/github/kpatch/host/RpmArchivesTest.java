package io.github.kpatch.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import io.github.kpatch.testing.RpmTools;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Payloads of RPM packages, made by rpm itself and by hand. */
class RpmArchivesTest {
    @TempDir
    Path folder;

    private static Map<String, String> contents(Path archive) {
        Map<String, String> seen = new TreeMap<>();
        new Archives(Progress.NONE)
                .read(
                        "Reading",
                        archive,
                        Optional.empty(),
                        (entry, content) -> seen.put(
                                entry.name(),
                                entry.link()
                                        .map(target -> "-> " + target)
                                        .orElse(entry.size() + " "
                                                + new String(content.readAllBytes(), StandardCharsets.UTF_8))));
        return seen;
    }

    @ParameterizedTest
    @ValueSource(strings = {"w9.gzdio", "w9.bzdio", "w7.xzdio", "w19.zstdio", "w.ufdio"})
    void aPackageOfRpmbuildIsReadWithoutRpm(String compression) {
        RpmTools.need("rpmbuild");
        Path rpm = RpmTools.build(folder, """
                Name: kernel-core
                Version: 5.14.0
                Release: 427.el9
                Summary: a test
                License: GPLv2
                %%define _binary_payload %s
                %%define _build_id_links none
                %%description
                A test.
                %%install
                mkdir -p %%{buildroot}/usr/lib/x
                echo one > %%{buildroot}/usr/lib/x/a
                ln %%{buildroot}/usr/lib/x/a %%{buildroot}/usr/lib/x/b
                ln -s a %%{buildroot}/usr/lib/x/c
                : > %%{buildroot}/usr/lib/x/empty
                %%files
                /usr/lib/x
                """.formatted(compression)).get(0);

        assertThat(contents(rpm))
                .containsExactly(
                        Map.entry("usr/lib/x", "0 "),
                        Map.entry("usr/lib/x/a", "4 one\n"),
                        Map.entry("usr/lib/x/b", "4 one\n"),
                        Map.entry("usr/lib/x/c", "-> a"),
                        Map.entry("usr/lib/x/empty", "0 "));
        RpmPackage header = RpmPackage.read(rpm);
        assertThat(header.name()).isEqualTo("kernel-core");
        assertThat(header.versionRelease()).isEqualTo("5.14.0-427.el9");
        assertThat(header.source()).isFalse();
    }

    private static byte[] cpio(List<CpioArchiveEntry> entries, String content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (CpioArchiveOutputStream cpio = new CpioArchiveOutputStream(out)) {
            for (CpioArchiveEntry entry : entries) {
                cpio.putArchiveEntry(entry);
                cpio.write(content.getBytes(StandardCharsets.US_ASCII), 0, (int) entry.getSize());
                cpio.closeArchiveEntry();
            }
        }
        return out.toByteArray();
    }

    private static CpioArchiveEntry entry(String name, long type, int size) {
        CpioArchiveEntry entry = new CpioArchiveEntry(name);
        entry.setMode(type | 0644);
        entry.setSize(size);
        return entry;
    }

    private Path rpm(String compressor, byte[] payload) throws IOException {
        return Files.write(folder.resolve("test.rpm"), TestArchives.rpmPackage(compressor, payload));
    }

    @Test
    void entriesThatLeaveTheFolderAreRefused() throws IOException {
        List<CpioArchiveEntry> hostile = List.of(
                entry("/etc/passwd", CpioConstants.C_ISREG, 1),
                entry("./../x", CpioConstants.C_ISREG, 1),
                entry("a", CpioConstants.C_ISLNK, 5),
                entry("a", CpioConstants.C_ISCHR, 0),
                entry("a", CpioConstants.C_ISFIFO, 0),
                entry("./", CpioConstants.C_ISREG, 1));
        for (CpioArchiveEntry one : hostile) {
            Path archive = rpm("gzip", cpio(List.of(one), "/etc/"));
            assertThatThrownBy(() -> new Archives(Progress.NONE)
                            .unpack("Unpacking", archive, Optional.empty(), folder.resolve("out")))
                    .as(one.getName())
                    .hasMessageContaining("KP208");
        }
    }

    @Test
    void formsThatAreNotReadAreRefusedByName() throws IOException {
        Path stripped = rpm("gzip", "07070X00000000\0\0".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> contents(stripped))
                .hasMessageContaining("KP260")
                .hasMessageContaining("07070X");
        Path lzma = rpm("lzma", new byte[40]);
        assertThatThrownBy(() -> contents(lzma))
                .hasMessageContaining("KP260")
                .hasMessageContaining("compressed by lzma");
        Path old = rpm("gzip", "07070700000".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> contents(old)).hasMessageContaining("KP207");
    }

    /** The packager's library needs two gigabytes for some of these, and ends in unchecked exceptions on others. */
    @Test
    void noByteOfAHeaderEndsInAnythingButAProblem() throws IOException {
        byte[] good = TestArchives.rpmPackage("none", cpio(List.of(entry("a", CpioConstants.C_ISREG, 3)), "one"));
        Path file = folder.resolve("changed.rpm");
        Random random = new Random(11);
        for (int at = 4; at < good.length; at++) {
            for (byte value : new byte[] {0, 0x7f, (byte) 0x80, (byte) 0xff, (byte) random.nextInt()}) {
                byte[] changed = good.clone();
                changed[at] = value;
                Files.write(file, changed);
                Throwable thrown = catchThrowable(() -> contents(file));
                if (thrown != null) {
                    assertThat(thrown).as("byte %d", at).isInstanceOf(ProblemException.class);
                    assertThat(((ProblemException) thrown).problems().get(0).code())
                            .isIn(
                                    ProblemCode.ARCHIVE_DAMAGED,
                                    ProblemCode.ARCHIVE_UNSAFE,
                                    ProblemCode.ARCHIVE_FORM_UNKNOWN);
                }
            }
        }
        assertThat(NativeTools.bytes(file)).hasSize(good.length);
    }
}
