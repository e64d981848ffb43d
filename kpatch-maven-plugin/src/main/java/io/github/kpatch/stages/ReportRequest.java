package io.github.kpatch.stages;

import io.github.kpatch.delivery.Manifest;
import io.github.kpatch.kernel.CveId;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What papers are wanted of a module beyond what the build found out.
 *
 * @param coordinates of the artifact
 * @param madeBy the plugin, {@code groupId:artifactId:version}
 * @param author who answers for the papers
 * @param notLivepatchable vulnerabilities that no live patch can mend, as the project gives them
 * @param kernelPurl package URL by which scanners know the kernel
 * @param time what is written instead of the time of the build
 * @param folder where the papers go
 */
public record ReportRequest(
        Artifact coordinates,
        String madeBy,
        String author,
        List<String> notLivepatchable,
        Optional<String> kernelPurl,
        Optional<Instant> time,
        Path folder) {
    public ReportRequest {
        notLivepatchable = List.copyOf(notLivepatchable);
    }

    /** Where the artifact is found in a repository. */
    public record Artifact(String groupId, String artifactId, String version) {}

    Manifest.Coordinates manifestCoordinates() {
        return new Manifest.Coordinates(coordinates.groupId(), coordinates.artifactId(), coordinates.version());
    }

    /**
     * The vulnerabilities that no live patch can mend, sorted.
     *
     * @param mended those that the module mends
     * @throws ProblemException KP702 when one of them is no CVE identifier, KP703 when the module mends it
     */
    List<CveId> notLivepatchable(List<CveId> mended) {
        List<CveId> cves = List.copyOf(LinkRequest.cves("kpatch.notLivepatchable", notLivepatchable));
        List<Problem> problems = cves.stream()
                .filter(mended::contains)
                .map(cve -> Problem.of(
                        ProblemCode.CVE_CONTRADICTED,
                        "kpatch.notLivepatchable: " + cve,
                        "The project or one of its patches says that the patches mend it."))
                .toList();
        if (!problems.isEmpty()) {
            throw ProblemException.inputs(problems);
        }
        return cves;
    }
}
