package io.github.kpatch.delivery;

import com.github.packageurl.MalformedPackageURLException;
import com.github.packageurl.PackageURL;
import com.github.packageurl.PackageURLBuilder;
import io.github.kpatch.host.Digests;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A module about to be shipped: its manifest, and what scanners are told besides.
 *
 * @param manifest the facts
 * @param author who answers for the papers
 * @param time what is written instead of the time of the build; empty where the project names none
 * @param kernel package URL by which scanners know the kernel
 */
public record Shipment(Manifest manifest, String author, Optional<Instant> time, String kernel) {
    /**
     * A shipment.
     *
     * @param kernel package URL by which scanners know the kernel; empty for one made of its release
     * @throws ProblemException KP106 when that is no package URL
     */
    public static Shipment of(Manifest manifest, String author, Optional<Instant> time, Optional<String> kernel) {
        return new Shipment(
                manifest,
                author,
                time,
                kernel.map(Shipment::checked)
                        .orElseGet(() -> url(PackageURLBuilder.aPackageURL()
                                .withType("generic")
                                .withName("linux")
                                .withVersion(manifest.kernel().release())
                                .withQualifier("arch", manifest.kernel().architecture()))));
    }

    private static String checked(String url) {
        try {
            return new PackageURL(url).canonicalize();
        } catch (MalformedPackageURLException e) {
            throw ProblemException.input(
                    ProblemCode.PARAMETER_INVALID,
                    "kpatch.kernelPurl",
                    "'" + url + "' is no package URL, such as pkg:deb/debian/linux-image-6.1.0-56-amd64@6.1.192-2.");
        }
    }

    private static String url(PackageURLBuilder builder) {
        try {
            return builder.build().canonicalize();
        } catch (MalformedPackageURLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Package URL of the module. */
    String module() {
        Manifest.Coordinates artifact = manifest.coordinates();
        return url(PackageURLBuilder.aPackageURL()
                .withType("maven")
                .withNamespace(artifact.groupId())
                .withName(artifact.artifactId())
                .withVersion(artifact.version())
                .withQualifier("type", "ko"));
    }

    /** Package URL of the plugin that made the module. */
    String maker() {
        String[] parts = manifest.madeBy().split(":");
        return url(PackageURLBuilder.aPackageURL()
                .withType("maven")
                .withNamespace(parts[0])
                .withName(parts[1])
                .withVersion(parts[2]));
    }

    /** Names a paper with this shipment's content, and no other. */
    String name(String paper) {
        String content = Digests.of(List.of(
                paper, manifest.toJson(), author, time.map(Instant::toString).orElse(""), kernel));
        return "urn:uuid:" + UUID.nameUUIDFromBytes(content.getBytes(StandardCharsets.US_ASCII));
    }

    /** In which kernel a vulnerability is mended; the file of the kernel on the disk stays what it is. */
    String mended() {
        return "Mended in a running kernel %s as long as the module %s is loaded and its patch is in force."
                .formatted(manifest.kernel().release(), manifest.module().name());
    }

    /** What helps where a live patch cannot. */
    String reboot() {
        return "Reboot into a kernel in which it is mended: it cannot be mended while kernel %s runs."
                .formatted(manifest.kernel().release());
    }
}
