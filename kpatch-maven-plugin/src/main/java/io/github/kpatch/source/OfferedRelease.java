package io.github.kpatch.source;

import io.github.kpatch.kernel.KernelRelease;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A release that a distribution has everything of that a live patch takes.
 *
 * @param release the release
 * @param installed whether the kernel itself is installed on this machine
 * @param running whether this machine runs it now
 */
public record OfferedRelease(KernelRelease release, boolean installed, boolean running) {
    /** How many releases a message names. */
    private static final int SHOWN = 10;

    /** The advice to choose one of some releases, of which the first are named. */
    public static String oneOf(List<String> releases) {
        String rest = releases.size() > SHOWN ? ", … and " + (releases.size() - SHOWN) + " more" : "";
        return "Choose one of: " + releases.stream().limit(SHOWN).collect(Collectors.joining(", ")) + rest
                + "; goal kpatch:releases lists them all.";
    }
}
