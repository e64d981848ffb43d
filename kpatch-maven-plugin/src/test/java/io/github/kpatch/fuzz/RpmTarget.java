package io.github.kpatch.fuzz;

import io.github.kpatch.host.Archives;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.RpmPackage;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Any bytes, given to what reads RPM packages: headers, lists of files, payloads. Nothing but a coded problem may come out of
 * it.
 */
public final class RpmTarget {
    /** As much of an entry's content as is looked at. */
    private static final int LONGEST = 1 << 20;

    private static final Path FILE = file();

    private RpmTarget() {}

    private static Path file() {
        try {
            Path file = Files.createTempFile("fuzzed", ".rpm");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        run(bytes);
    }

    /** What came out, as text that is the same in every run. */
    static String run(byte[] bytes) {
        try {
            Files.write(FILE, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return RpmPackage.is(FILE) ? headers() + '\n' + files() + '\n' + payload() : "";
    }

    private static String headers() {
        try {
            return RpmPackage.read(FILE).toString();
        } catch (ProblemException e) {
            return message(e);
        }
    }

    private static String files() {
        try {
            return RpmPackage.files(FILE).toString();
        } catch (ProblemException e) {
            return message(e);
        }
    }

    private static String payload() {
        StringBuilder seen = new StringBuilder();
        try {
            new Archives(Progress.NONE)
                    .read(
                            "Reading",
                            FILE,
                            Optional.empty(),
                            (entry, content) -> seen.append(entry)
                                    .append(Digests.of(content.readNBytes(LONGEST)))
                                    .append('\n'));
        } catch (ProblemException e) {
            seen.append(message(e));
        }
        return seen.toString();
    }

    /** Without the name of the file, which is another one in each process. */
    private static String message(ProblemException e) {
        return e.getMessage().replace(FILE.toString(), "rpm");
    }
}
