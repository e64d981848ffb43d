package io.github.kpatch.stages;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a patch that is captured is to be.
 *
 * @param series the project's patches
 * @param name the patch's file name; empty for a number and the subject's words
 * @param subject what it does, one line; empty for the names of what it changes, or what it said before
 * @param author who made it, {@code name <address>}; empty for whom git takes the user for
 */
public record CaptureRequest(
        ProjectPatches series, Optional<String> name, Optional<String> subject, Optional<String> author) {
    /** The folder of the project's patches. */
    Path patches() {
        return series.folder();
    }
}
