package io.github.kpatch.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ArchivesTest {
    private final Archives archives = new Archives(Progress.NONE);

    @TempDir
    Path folder;

    private byte[] large;
    private Path outside;

    @BeforeEach
    void makeContent() throws IOException {
        large = new byte[120_000];
        new Random(1).nextBytes(large);
        outside = Files.createDirectory(folder.resolve("outside"));
    }

    private TestArchives tree() {
        return new TestArchives()
                .folder("linux")
                .file("linux/Makefile", "VERSION = 6\n")
                .file("linux/scripts/run.sh", "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8), 0100755)
                .link("linux/include/dt", "../scripts")
                .file("linux/include/a-name-" + "x".repeat(120) + ".h", "long\n")
                .file("linux/large.bin", large, 0100644);
    }

    private String unpack(Path archive, Optional<String> sha256) {
        return archives.unpack("Unpacking", archive, sha256, folder.resolve("out"));
    }

    private ProblemCode codeOf(Path archive, Optional<String> sha256) {
        Throwable thrown = catchThrowable(() -> unpack(archive, sha256));
        Folders.delete(folder.resolve("out"));
        return thrown == null ? null : codeOf(thrown);
    }

    private static ProblemCode codeOf(Throwable thrown) {
        assertThat(thrown).isInstanceOf(ProblemException.class);
        return ((ProblemException) thrown).problems().get(0).code();
    }

    @ParameterizedTest
    @EnumSource(TestArchives.Form.class)
    void everyFormGivesTheSameTree(TestArchives.Form form) throws IOException {
        Path archive = tree().write(folder.resolve("misleading.zip"), form);

        String digest = unpack(archive, Optional.empty());

        Path linux = folder.resolve("out/linux");
        assertThat(linux.resolve("Makefile")).hasContent("VERSION = 6\n");
        assertThat(Files.isExecutable(linux.resolve("scripts/run.sh"))).isTrue();
        assertThat(Files.isExecutable(linux.resolve("Makefile"))).isFalse();
        assertThat(Files.readSymbolicLink(linux.resolve("include/dt"))).hasToString("../scripts");
        assertThat(linux.resolve("large.bin")).hasBinaryContent(large);
        assertThat(Files.getLastModifiedTime(linux.resolve("Makefile")).toMillis())
                .isEqualTo(TestArchives.MODIFIED_MILLIS);
        assertThat(digest)
                .isEqualTo(NativeTools.run(folder, "sha256sum", archive.toString())
                        .out()
                        .split(" ")[0]);
    }

    @ParameterizedTest
    @EnumSource(TestArchives.Form.class)
    void anArchiveCutShortAnywhereIsDamaged(TestArchives.Form form) throws IOException {
        byte[] whole = Files.readAllBytes(tree().write(folder.resolve("whole"), form));
        Path cut = folder.resolve("cut");
        int step = Math.max(1, whole.length / 25);
        for (int length = 0; length < whole.length - 1024; length += step) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThat(codeOf(cut, Optional.empty()))
                    .as("%s cut to %d", form, length)
                    .isEqualTo(ProblemCode.ARCHIVE_DAMAGED);
        }
        for (int missing : List.of(1, 2, 4, 8, 12, 20)) {
            if (form != TestArchives.Form.TAR && form != TestArchives.Form.DEB) {
                Files.write(cut, Arrays.copyOf(whole, whole.length - missing));
                assertThat(codeOf(cut, Optional.empty()))
                        .as("%s less %d", form, missing)
                        .isEqualTo(ProblemCode.ARCHIVE_DAMAGED);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TestArchives.Form.class,
            names = {"XZ", "XZ_BLOCKS", "GZIP", "BZIP2", "ZSTD"})
    void aChangedByteIsFoundOrHarmless(TestArchives.Form form) throws IOException {
        Path good = tree().write(folder.resolve("good"), form);
        String digest = Digests.of(good);
        byte[] whole = Files.readAllBytes(good);
        Path bad = folder.resolve("bad");
        Random random = new Random(7);
        for (int round = 0; round < 30; round++) {
            byte[] changed = whole.clone();
            int at = random.nextInt(whole.length);
            changed[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(bad, changed);
            assertThat(codeOf(bad, Optional.empty()))
                    .as("%s, byte %d", form, at)
                    .isIn(null, ProblemCode.ARCHIVE_DAMAGED, ProblemCode.ARCHIVE_UNSAFE);
            assertThat(codeOf(bad, Optional.of(digest)))
                    .as("%s, byte %d", form, at)
                    .isIn(ProblemCode.CHECKSUM_MISMATCH, ProblemCode.ARCHIVE_UNSAFE);
        }
    }

    @ParameterizedTest
    @EnumSource(TestArchives.Form.class)
    void theDigestIsComparedInOnePassWithUnpacking(TestArchives.Form form) {
        Path archive = tree().write(folder.resolve("archive"), form);
        String digest = Digests.of(archive);

        assertThat(unpack(archive, Optional.of(digest.toUpperCase(Locale.ROOT))))
                .isEqualTo(digest);
        Folders.delete(folder.resolve("out"));
        assertThatThrownBy(() -> unpack(archive, Optional.of("0".repeat(64))))
                .hasMessageContaining("KP206")
                .hasMessageContaining(digest);
    }

    @Test
    void entriesThatLeaveTheFolderAreRefused() throws IOException {
        String away = outside.toString();
        List<TestArchives> hostile = List.of(
                new TestArchives().file("/etc/passwd", "x"),
                new TestArchives().file("../outside/x", "x"),
                new TestArchives().file("linux/../../outside/x", "x"),
                new TestArchives().link("linux/a", away),
                new TestArchives().link("linux/a", "../../outside"),
                new TestArchives().link("linux/a", "b/../../../outside"),
                new TestArchives().folder("linux/d").link("linux/e", "d/.."),
                new TestArchives().link("a", ".."),
                new TestArchives().special("linux/hard", TarConstants.LF_LINK, "linux/Makefile"),
                new TestArchives().special("linux/null", TarConstants.LF_CHR, ""),
                new TestArchives().special("linux/pipe", TarConstants.LF_FIFO, ""),
                new TestArchives().link("linux/a", "b").file("linux/a/x", "x"),
                new TestArchives().file("linux/a", "1").file("linux/a", "2"),
                new TestArchives().file("linux/a", "1").file("linux/a/b", "2"));
        int number = 0;
        for (TestArchives one : hostile) {
            Path archive = one.write(folder.resolve("hostile-" + number), TestArchives.Form.GZIP);
            assertThat(codeOf(archive, Optional.empty()))
                    .as("archive %d", number)
                    .isEqualTo(ProblemCode.ARCHIVE_UNSAFE);
            number++;
        }
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void linksInsideTheFolderAreMade() {
        Path archive = new TestArchives()
                .file("linux/a/b/c", "x")
                .link("linux/x/y/z", "../../a/b")
                .link("linux/self", ".")
                .link("linux/dot", "./.././linux/a")
                .write(folder.resolve("links"), TestArchives.Form.TAR);

        unpack(archive, Optional.empty());

        assertThat(folder.resolve("out/linux/x/y/z/c")).hasContent("x");
        assertThat(folder.resolve("out/linux/dot/b/c")).hasContent("x");
    }

    @Test
    void aFileThatIsNoArchiveIsDamaged() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "no archive\n".repeat(200));
        Path empty = Files.createFile(folder.resolve("empty"));

        assertThat(codeOf(text, Optional.empty())).isEqualTo(ProblemCode.ARCHIVE_DAMAGED);
        assertThat(codeOf(empty, Optional.empty())).isEqualTo(ProblemCode.ARCHIVE_DAMAGED);
        assertThatThrownBy(() -> unpack(folder.resolve("none"), Optional.empty()))
                .hasMessageContaining("KP210");
    }

    @Test
    void aPackageOfDpkgIsReadWithoutDpkg() throws IOException {
        Path build = folder.resolve("build");
        Files.createDirectories(build.resolve("DEBIAN"));
        Files.createDirectories(build.resolve("usr/src"));
        Files.writeString(
                build.resolve("DEBIAN/control"),
                "Package: hello\nVersion: 1:2.0-3\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: x\n y\n");
        Files.writeString(build.resolve("usr/src/hello.c"), "int hello;\n");
        NativeTools.run(folder, "dpkg-deb", "--root-owner-group", "--build", "build", "hello.deb");
        Path deb = folder.resolve("hello.deb");

        assertThat(Archives.isDebianPackage(deb)).isTrue();
        assertThat(Archives.control(deb)).containsEntry("Package", "hello").containsEntry("Version", "1:2.0-3");
        unpack(deb, Optional.empty());
        assertThat(folder.resolve("out/usr/src/hello.c")).hasContent("int hello;\n");
    }

    @Test
    void aVisitorThatHasEnoughIsShownNoMore() {
        Path archive = tree().write(folder.resolve("archive"), TestArchives.Form.XZ_BLOCKS);
        TreeMap<String, Long> seen = new TreeMap<>();
        String digest = archives.read("Reading", archive, Optional.of(Digests.of(archive)), new Archives.Visitor() {
            @Override
            public void visit(ArchiveEntry entry, InputStream content) {
                seen.put(entry.name(), entry.size());
            }

            @Override
            public boolean wantsMore() {
                return seen.size() < 2;
            }
        });

        assertThat(seen).containsOnlyKeys("linux", "linux/Makefile").containsEntry("linux/Makefile", 12L);
        assertThat(digest).isEqualTo(Digests.of(archive));
    }

    @Test
    void whatTheVisitorCannotWriteIsNoDamage() {
        Path archive = tree().write(folder.resolve("archive"), TestArchives.Form.GZIP);

        assertThatThrownBy(() -> archives.read("Reading", archive, Optional.empty(), (entry, content) -> {
                    throw new IOException("Input/output error");
                }))
                .hasMessageContaining("KP105")
                .hasMessageContaining("Input/output error");
    }

    @Test
    void compressedFilesAreDecompressedWithinTheLimit() throws IOException {
        byte[] plain = "module".repeat(1000).getBytes(StandardCharsets.US_ASCII);
        Path file = Files.write(folder.resolve("module.ko"), plain);
        NativeTools.run(folder, "xz", "--keep", file.toString());
        NativeTools.run(folder, "zstd", "--quiet", file.toString());
        NativeTools.run(folder, "gzip", "--keep", file.toString());

        try (Stream<Path> files = Files.list(folder)) {
            for (Path one :
                    files.filter(path -> path.toString().contains("module.ko")).toList()) {
                assertThat(Archives.decompressed("m", Files.readAllBytes(one))).isEqualTo(plain);
            }
        }
        byte[] packed = Files.readAllBytes(folder.resolve("module.ko.xz"));
        assertThatThrownBy(() -> Archives.decompressed("m", packed, 100)).hasMessageContaining("KP207");
        assertThatThrownBy(() -> Archives.decompressed("m", Arrays.copyOf(packed, packed.length / 2)))
                .hasMessageContaining("KP207");
    }
}
