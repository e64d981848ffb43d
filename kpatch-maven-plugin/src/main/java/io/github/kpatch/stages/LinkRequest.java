package io.github.kpatch.stages;

import io.github.kpatch.livepatch.ModuleDescription;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * What the module is to be.
 *
 * @param moduleName its name, the file's without {@code .ko}
 * @param version its version
 * @param description what it is for
 * @param author who made it
 * @param replace whether it takes the place of all live patches loaded before
 * @param folder where the finished module goes
 * @param buildTimestamp what the tools are told instead of the time of the build
 */
public record LinkRequest(
        String moduleName,
        String version,
        String description,
        String author,
        boolean replace,
        Path folder,
        Optional<Instant> buildTimestamp) {
    /** Where the finished module goes. */
    public Path file() {
        return folder.resolve(moduleName + ".ko");
    }

    /** The module's name where a project gives none, made from its artifactId. */
    public static String defaultName(String artifactId) {
        return ModuleDescription.defaultName(artifactId);
    }
}
