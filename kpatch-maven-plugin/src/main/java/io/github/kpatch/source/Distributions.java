package io.github.kpatch.source;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Tools;
import io.github.kpatch.source.debian.Debian;
import java.nio.file.Path;
import java.util.Optional;

/** Which distributions there are; the only page that names them all. */
final class Distributions {
    private Distributions() {}

    /**
     * The distribution that a kernel comes from where its pieces are not given.
     *
     * @param offline whether no package manager may be called
     * @param root the machine's root folder
     */
    static Distribution here(
            KernelCache cache, CommandRunner runner, Tools tools, Progress progress, boolean offline, Path root) {
        return new Debian(cache, runner, tools, progress, offline, root);
    }

    /** The version of the package that a kernel was built as, by its banner; empty for kernels of others. */
    static Optional<String> versionIn(String banner) {
        return Debian.versionIn(banner);
    }

    /** Whether the file of that path in a package is an archive of kernel source. */
    static boolean isSourceArchive(String path) {
        return Debian.isSourceArchive(path);
    }
}
