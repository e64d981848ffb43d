package io.github.kpatch.source;

import io.github.kpatch.kernel.KernelRelease;
import java.util.Optional;

/**
 * Which kernel is wanted and how its tree is to be prepared.
 *
 * @param release what {@code uname -r} says on it; empty for the release that the given vmlinux names, else the
 *     distribution's default
 * @param given the pieces the user gives
 * @param compiler the compiler to use instead of the one that the config names: a name on the {@code PATH} or a path
 * @param debugPackage whether what is not given of vmlinux and modules comes from the distribution's debug package, or
 *     from the boot image and the modules as shipped
 * @param offline whether no package manager may be called
 * @param jobs how many processes make may run at once, at least 1
 * @param debugInfo whether objects keep their debug information
 */
public record KernelRequest(
        Optional<KernelRelease> release,
        GivenPieces given,
        Optional<String> compiler,
        DebugPackage debugPackage,
        boolean offline,
        int jobs,
        boolean debugInfo) {
    public KernelRequest {
        if (jobs < 1) {
            throw new IllegalArgumentException("jobs: " + jobs);
        }
    }
}
