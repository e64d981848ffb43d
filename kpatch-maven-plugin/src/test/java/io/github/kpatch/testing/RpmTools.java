package io.github.kpatch.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Builds packages by {@code rpmbuild}, which no machine needs that only builds patches. */
public final class RpmTools {
    private RpmTools() {}

    /** Skips the test that calls it, and says so, where one of some programs is missing. */
    @SuppressWarnings("SystemOut")
    public static void need(String... programs) {
        for (String program : programs) {
            boolean there = Stream.of(System.getenv("PATH").split(":"))
                    .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
            if (!there) {
                System.out.println(
                        "SKIPPED: a test of RPM packages, for there is no " + program + " (Debian's package rpm)");
            }
            assumeTrue(there, "no " + program);
        }
    }

    /** The packages that a spec makes, sorted; its sources lie in {@code folder}. */
    public static List<Path> build(Path folder, String spec) {
        return build(folder, spec, "-ba").stream()
                .filter(file -> !file.toString().endsWith(".src.rpm"))
                .toList();
    }

    /** The source package that a spec makes; its sources lie in {@code folder}. */
    public static Path source(Path folder, String spec) {
        return build(folder, spec, "-bs").get(0);
    }

    private static List<Path> build(Path folder, String spec, String what) {
        Path top = folder.resolve("rpmbuild");
        try {
            Files.writeString(folder.resolve("test.spec"), spec);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        NativeTools.run(
                folder,
                "rpmbuild",
                what,
                "--quiet",
                "--define",
                "_topdir " + top,
                "--define",
                "_sourcedir " + folder,
                "--define",
                "debug_package %{nil}",
                "--define",
                "__os_install_post %{nil}",
                "test.spec");
        try (Stream<Path> files = Files.walk(top)) {
            return files.filter(file -> file.toString().endsWith(".rpm"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
