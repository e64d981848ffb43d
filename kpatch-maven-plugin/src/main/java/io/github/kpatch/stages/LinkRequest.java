package io.github.kpatch.stages;

import io.github.kpatch.kernel.CveId;
import io.github.kpatch.livepatch.ModuleDescription;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the module is to be.
 *
 * @param moduleName its name, the file's without {@code .ko}
 * @param version its version
 * @param description what it is for
 * @param author who made it
 * @param replace whether it takes the place of all live patches loaded before
 * @param cves the vulnerabilities that the project says are mended, besides those that patches name
 * @param folder where the finished module goes
 * @param buildTimestamp what the tools are told instead of the time of the build
 * @param signature the signature that the module gets last; empty for none
 */
public record LinkRequest(
        String moduleName,
        String version,
        String description,
        String author,
        boolean replace,
        SortedSet<CveId> cves,
        Path folder,
        Optional<Instant> buildTimestamp,
        Optional<WantedSignature> signature) {
    /** Where the finished module goes. */
    public Path file() {
        return folder.resolve(moduleName + ".ko");
    }

    /**
     * The vulnerabilities that a project names.
     *
     * @param names as it gives them
     * @throws ProblemException KP702 when one of them is no CVE identifier
     */
    public static SortedSet<CveId> cves(List<String> names) {
        return cves("kpatch.cves", names);
    }

    static SortedSet<CveId> cves(String where, List<String> names) {
        SortedSet<CveId> cves = new TreeSet<>();
        names.forEach(name -> cves.add(CveId.parse(where, name)));
        return cves;
    }

    /** The module's name where a project gives none, made from its artifactId. */
    public static String defaultName(String artifactId) {
        return ModuleDescription.defaultName(artifactId);
    }
}
