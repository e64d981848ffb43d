package io.github.kpatch.stages;

import io.github.kpatch.source.OfferedRelease;
import java.util.List;

/** Which kernel releases a project can be made for, on the console; who makes one has to name one. */
final class ListReleases {
    private ListReleases() {}

    /**
     * Lists the releases, one a line, installed ones first.
     *
     * @param offline whether no package manager may be called
     */
    static void run(boolean offline, BuildContext context) {
        List<OfferedRelease> releases = context.kernels().releases(offline);
        int width = releases.stream()
                .mapToInt(release -> release.release().value().length())
                .max()
                .orElse(0);
        context.console().info("Kernel releases that a project can be made for:");
        releases.forEach(release -> context.console()
                .info(("  %-" + width + "s  %s")
                        .formatted(release.release(), mark(release))
                        .stripTrailing()));
        if (releases.stream().noneMatch(OfferedRelease::running)) {
            context.console()
                    .info("This machine runs " + System.getProperty("os.version") + ", which is none of them.");
        }
    }

    private static String mark(OfferedRelease release) {
        if (release.running()) {
            return "running";
        }
        return release.installed() ? "installed" : "";
    }
}
