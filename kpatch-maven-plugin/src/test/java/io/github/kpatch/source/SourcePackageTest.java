package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.host.Archives;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Progress;
import io.github.kpatch.source.deb.SourcePackage;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Source packages made by dpkg-source, whose own way of unpacking them is the measure. */
class SourcePackageTest {
    private static final String VERSION = "6.1.10-2";

    @TempDir
    Path folder;

    private Path tree;

    @BeforeEach
    void original() throws IOException {
        tree = folder.resolve("linux-6.1.10");
        write("Makefile", "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 10\n");
        write("Kconfig", "mainmenu \"Toy\"\n");
        write("kernel/a.c", "int a;\n");
        write("kernel/gone.c", "int gone;\n");
        write("scripts/run.sh", "#!/bin/sh\n");
        assertThat(tree.resolve("scripts/run.sh").toFile().setExecutable(true)).isTrue();
    }

    private void write(String name, String text) throws IOException {
        Files.createDirectories(tree.resolve(name).getParent());
        Files.writeString(tree.resolve(name), text);
    }

    private void packaging(String version, String format) throws IOException {
        write("debian/control", """
                Source: linux
                Maintainer: Toy Makers <toy@example.org>
                Standards-Version: 4.6.0

                Package: linux-toy
                Architecture: any
                Description: a toy
                """);
        write("debian/changelog", """
                linux (%s) unstable; urgency=medium

                  * A toy.

                 -- Toy Makers <toy@example.org>  Fri, 02 Jan 2026 00:00:00 +0000
                """.formatted(version));
        write("debian/rules", "#!/usr/bin/make -f\n");
        assertThat(tree.resolve("debian/rules").toFile().setExecutable(true)).isTrue();
        write("debian/source/format", format + "\n");
    }

    private void originalArchive() {
        NativeTools.run(folder, "tar", "-czf", "linux_6.1.10.orig.tar.gz", "linux-6.1.10");
    }

    private void patch(String name, String from, String to) throws IOException {
        write("debian/patches/" + name, """
                --- a/kernel/a.c
                +++ b/kernel/a.c
                @@ -1 +1 @@
                -%s
                +%s
                """.formatted(from, to));
    }

    private Path built(String version) {
        NativeTools.run(folder, "dpkg-source", "-b", "linux-6.1.10");
        return folder.resolve("linux_" + version + ".dsc");
    }

    private Path quilt() throws IOException {
        originalArchive();
        packaging(VERSION, "3.0 (quilt)");
        patch("bugfix/one.patch", "int a;", "int b;");
        patch("two.patch", "int b;", "int c;");
        write("debian/patches/series", "# all of them\nbugfix/one.patch\n\ntwo.patch -p1 # the last\n");
        write("kernel/a.c", "int c;\n");
        return built(VERSION);
    }

    private Path differences() throws IOException {
        originalArchive();
        packaging(VERSION, "1.0");
        write("kernel/a.c", "int of_the_distribution;\n");
        Files.delete(tree.resolve("kernel/gone.c"));
        write("kernel/new.sh", "#!/bin/sh\n");
        write("debian/debian.env", "DEBIAN=debian.master\n");
        write("debian.master/reconstruct", """
                # Recreate any symlinks created since the orig
                [ ! -L 'kernel/link.c' ] && ln -sf '../kernel/a.c' 'kernel/link.c'
                chmod +x 'kernel/new.sh'
                # Remove any files deleted from the orig.
                rm -f 'kernel/gone.c'
                exit 0
                """);
        return built(VERSION);
    }

    private Path nativePackage() throws IOException {
        packaging("6.1.10", "3.0 (native)");
        return built("6.1.10");
    }

    private Path unpacked(Path dsc) throws IOException {
        Path out = Files.createTempDirectory(folder, "out");
        SourcePackage.open(dsc, new Archives(Progress.NONE), new CommandRunner(line -> {}))
                .write(Files.createDirectory(out.resolve("scratch")), out.resolve("tree"));
        return out.resolve("tree");
    }

    private Path byDpkg(Path dsc) {
        Path out = folder.resolve("by-dpkg");
        NativeTools.run(folder, "dpkg-source", "--no-check", "-x", dsc.toString(), out.toString());
        return out;
    }

    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>)
                    files.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))::iterator) {
                contents.put(
                        folder.relativize(file).toString(),
                        Files.isSymbolicLink(file)
                                ? "-> " + Files.readSymbolicLink(file)
                                : Files.isExecutable(file) + " " + Digests.of(file));
            }
        }
        // What dpkg-source notes for quilt.
        contents.keySet().removeIf(name -> name.startsWith(".pc/"));
        return contents;
    }

    @Test
    void aQuiltIsUnpackedAsDpkgDoes() throws IOException {
        Path dsc = quilt();

        assertThat(contents(unpacked(dsc))).isEqualTo(contents(byDpkg(dsc)));
        assertThat(unpacked(dsc).resolve("kernel/a.c")).hasContent("int c;\n");
    }

    @Test
    void aNativePackageIsUnpackedAsDpkgDoes() throws IOException {
        Path dsc = nativePackage();

        assertThat(contents(unpacked(dsc))).isEqualTo(contents(byDpkg(dsc)));
        assertThat(SourcePackage.open(dsc, new Archives(Progress.NONE), new CommandRunner(line -> {}))
                        .version())
                .isEqualTo("6.1.10");
    }

    /** Ubuntu's way: what a difference cannot say, a script of the packaging does. */
    @Test
    void aDifferenceIsUnpackedAsDpkgDoesAndReconstructed() throws IOException {
        Path dsc = differences();
        Path byDpkg = byDpkg(dsc);
        NativeTools.run(byDpkg, "sh", "debian.master/reconstruct");

        Map<String, String> ours = contents(unpacked(dsc));
        assertThat(ours).isEqualTo(contents(byDpkg));
        assertThat(ours).containsEntry("kernel/link.c", "-> ../kernel/a.c").doesNotContainKey("kernel/gone.c");
        assertThat(ours.get("kernel/new.sh")).startsWith("true ");
    }

    @Test
    void aComponentGetsItsFolder() throws IOException {
        Path part = Files.createDirectories(folder.resolve("firmware-1"));
        Files.writeString(part.resolve("blob"), "blob\n");
        NativeTools.run(folder, "tar", "-cJf", "linux_6.1.10.orig-firmware.tar.xz", "firmware-1");
        Files.createDirectories(tree.resolve("firmware"));
        Files.copy(part.resolve("blob"), tree.resolve("firmware/blob"));
        Path dsc = quilt();

        assertThat(contents(unpacked(dsc))).isEqualTo(contents(byDpkg(dsc)));
    }

    @Test
    void aSignedControlFileIsRead() throws IOException {
        Path dsc = quilt();
        Files.writeString(
                dsc,
                "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n" + Files.readString(dsc)
                        + "\n-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n");

        assertThat(SourcePackage.is(dsc)).isTrue();
        assertThat(unpacked(dsc).resolve("kernel/a.c")).hasContent("int c;\n");
        assertThat(SourcePackage.is(tree.resolve("Makefile"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux_6.1.10.orig.tar.gz", "linux_6.1.10-2.debian.tar.xz"})
    void aFileThatIsAnotherOrMissingIsRefused(String name) throws IOException {
        Path dsc = quilt();
        byte[] content = Files.readAllBytes(folder.resolve(name));
        content[content.length / 2] ^= 1;
        Files.write(folder.resolve(name), content);
        assertThatThrownBy(() -> unpacked(dsc)).hasMessageContainingAll("KP206", name);

        Files.delete(folder.resolve(name));
        assertThatThrownBy(() -> unpacked(dsc)).hasMessageContainingAll("KP210", name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Format: 3.0 (quilt) | Format: 3.0 (git) | KP262 | 3.0 (git)",
                "Version: 6.1.10-2 | Verzion: 6.1.10-2 | KP207 | no Version",
                ".orig.tar.gz | .orig/../x | KP207 | Checksums-Sha256"
            })
    void aControlFileThatIsNotUnderstoodIsRefused(String from, String to, String code, String what) throws IOException {
        Path dsc = quilt();
        Files.writeString(dsc, Files.readString(dsc).replace(from, to));

        assertThatThrownBy(() -> unpacked(dsc)).hasMessageContainingAll(code, dsc.toString(), what);
    }

    @Test
    void aScriptThatDoesMoreIsRefused() throws IOException {
        originalArchive();
        packaging(VERSION, "1.0");
        write("debian/debian.env", "DEBIAN=debian.master\n");
        write("debian.master/reconstruct", "rm -f 'kernel/gone.c'\nmake something\n");
        Path more = built(VERSION);
        assertThatThrownBy(() -> unpacked(more)).hasMessageContainingAll("KP262", "'make something'");

        write("debian.master/reconstruct", "rm -f '../outside'\n");
        Path outside = built(VERSION);
        assertThatThrownBy(() -> unpacked(outside)).hasMessageContainingAll("KP208", "../outside");
    }

    @Test
    void aPatchThatDoesNotApplyIsRefused() throws IOException {
        originalArchive();
        packaging(VERSION, "3.0 (quilt)");
        patch("one.patch", "int a;", "int b;");
        write("debian/patches/series", "one.patch\n");
        write("kernel/a.c", "int b;\n");
        Path dsc = built(VERSION);
        // The archive is another one than the patch was made for.
        write("kernel/a.c", "int other;\n");
        originalArchive();
        String text = Files.readString(dsc);
        Path archive = folder.resolve("linux_6.1.10.orig.tar.gz");
        Files.writeString(
                dsc,
                text.replaceAll(
                        "[0-9a-f]{64} \\d+ linux_6.1.10.orig.tar.gz",
                        Digests.of(archive) + " " + Files.size(archive) + " linux_6.1.10.orig.tar.gz"));

        assertThatThrownBy(() -> unpacked(dsc)).hasMessageContainingAll("KP103", "one.patch");
    }
}
