package io.github.kpatch.stages;

import io.github.kpatch.delivery.Manifest;
import java.nio.file.Path;

/**
 * What papers are wanted of a module beyond what the build found out.
 *
 * @param groupId of the artifact
 * @param artifactId of the artifact
 * @param version of the artifact
 * @param madeBy the plugin, {@code groupId:artifactId:version}
 * @param folder where the papers go
 */
public record ReportRequest(String groupId, String artifactId, String version, String madeBy, Path folder) {
    Manifest.Coordinates coordinates() {
        return new Manifest.Coordinates(groupId, artifactId, version);
    }
}
