package io.github.kpatch.stages;

import io.github.kpatch.host.Console;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.KernelLock;
import io.github.kpatch.source.Kernels;
import io.github.kpatch.source.PreparedKernel;
import io.github.kpatch.source.TargetKernel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The target's config as the project holds it, {@code kernel.config}, with {@code kernel.lock} beside it: under version
 * control they say, years later, which kernel a patch was made for, and a build against another one is refused.
 *
 * @param config the file
 */
public record ProjectConfig(Path config) {
    Path lock() {
        return config.resolveSibling("kernel.lock");
    }

    /**
     * Refuses a project whose config was taken from a kernel of another release: nothing else of the two need be compared.
     *
     * @throws ProblemException KP211, in one line
     */
    void checkRelease(KernelRelease wanted) {
        if (!Files.isRegularFile(config) || !Files.isRegularFile(lock())) {
            return;
        }
        String locked = locked().release();
        if (!locked.equals(wanted.value())) {
            throw ProblemException.input(new Problem(
                    ProblemCode.CONFIG_DIFFERS,
                    lock().toString(),
                    "kernel.config and kernel.lock are of the kernel " + locked + ", and the project asks for " + wanted
                            + ".",
                    "Run mvn kpatch:config to take those of " + wanted + ", or ask for " + locked + "."));
        }
    }

    private KernelLock locked() {
        return KernelLock.parse(
                lock().toString(), Folders.doing(lock(), () -> Files.readString(lock(), StandardCharsets.UTF_8)));
    }

    /**
     * Refuses a project whose config is not the target's.
     *
     * @throws ProblemException KP211, option by option
     */
    void checkConfig(TargetKernel target) {
        if (Files.isRegularFile(config)) {
            Kernels.checkConfig(config.toString(), Folders.doing(config, () -> Files.readAllBytes(config)), target);
        }
    }

    /**
     * Refuses a project that was made for another kernel of the same config; writes what the project does not hold yet,
     * and says so.
     *
     * @throws ProblemException KP211
     */
    void checkLock(PreparedKernel kernel, Console console) {
        if (!Files.isRegularFile(config)) {
            write(kernel, console);
            return;
        }
        if (!Files.isRegularFile(lock())) {
            writeLock(kernel, console);
            return;
        }
        KernelLock locked = locked();
        // The project's config may differ from the target's in what does not matter, so its digest is its own.
        String configSha256 = Digests.of(config);
        List<Problem> problems = locked.differencesTo(withConfig(kernel.lock(), configSha256)).stream()
                .map(difference -> Problem.of(ProblemCode.CONFIG_DIFFERS, lock().toString(), difference + "."))
                .toList();
        if (!problems.isEmpty()) {
            throw ProblemException.inputs(problems);
        }
    }

    /** Writes both files from the target; returns the config's. */
    Path write(PreparedKernel kernel, Console console) {
        Path target = kernel.target().config();
        Folders.write(config, Folders.doing(target, () -> Files.readAllBytes(target)));
        console.info("Wrote " + config + ", the config of " + kernel.target().release());
        writeLock(kernel, console);
        return config;
    }

    private void writeLock(PreparedKernel kernel, Console console) {
        Folders.write(lock(), withConfig(kernel.lock(), Digests.of(config)).toText());
        console.info("Wrote " + lock() + "; keep both under version control");
    }

    private static KernelLock withConfig(KernelLock lock, String configSha256) {
        return new KernelLock(lock.release(), lock.sourceVersion(), lock.sourceSha256(), lock.compiler(), configSha256);
    }
}
