package io.github.kpatch.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A process and all that descend from it, so that they can be ended together.
 *
 * <p>The system tells a process's parent only while that lives: who is forked between the look at the family and the end
 * of its parent, or whose parent has ended before, is a child of the system's first process and can no longer be told
 * from strangers. So each family has a variable of its own in the environment, which every child inherits, and which
 * {@code /proc} shows. Who has no such variable (its parent cleaned the environment) is found as a descendant, as long as
 * its parents live.
 *
 * <p>A process that is being killed forks no more, but may have forked since it was found, and who is forked during a look
 * can be missed by it; so the family is looked for until two looks in a row find nobody. A process shows nothing for the
 * moment in which it becomes another program: while there is one, it may be any family's.
 */
final class ProcessFamily {
    private static final Path PROCESSES = Path.of("/proc");
    private static final String VARIABLE = "KPATCH_PROCESS_FAMILY";

    /** Only who waits for a device that does not answer takes as long to be gone. */
    private static final Duration LONGEST_END = Duration.ofSeconds(5);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);

    private final String id = UUID.randomUUID().toString();

    /** What the environment of the first process has to have for the others to be found. */
    Map<String, String> environment() {
        return Map.of(VARIABLE, id);
    }

    /**
     * Ends all of it, and returns when nobody is left, or after some seconds where the system does not let go of one.
     *
     * @param first the process that the others descend from
     */
    void end(ProcessHandle first) {
        long start = System.nanoTime();
        boolean interrupted = false;
        for (int looks = 0; looks < 2 && System.nanoTime() - start < LONGEST_END.toNanos(); looks++) {
            if (endFound(first)) {
                looks = -1;
            }
            try {
                Thread.sleep(BETWEEN_LOOKS.toMillis());
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether there was anybody, or somebody who may be. */
    private boolean endFound(ProcessHandle first) {
        boolean any = false;
        List<ProcessHandle> related =
                Stream.concat(Stream.of(first), first.descendants()).toList();
        for (ProcessHandle process : related) {
            any |= process.isAlive();
            process.destroyForcibly();
        }
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            Path shown = PROCESSES.resolve(Long.toString(process.pid()));
            String environment = text(shown.resolve("environ"));
            if (List.of(environment.split("\0")).contains(VARIABLE + "=" + id)) {
                any = true;
                process.destroyForcibly();
            } else {
                any |= environment.isEmpty() && isBecomingAnother(shown);
            }
        }
        return any;
    }

    /** Kernel threads, and who has ended and not been asked about yet, have no program. */
    private static boolean isBecomingAnother(Path process) {
        try {
            Files.readSymbolicLink(process.resolve("exe"));
            return text(process.resolve("cmdline")).isEmpty();
        } catch (IOException notShown) {
            return false;
        }
    }

    /** Empty for those of other users, and where the system has no such file. */
    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException notShown) {
            return "";
        }
    }
}
