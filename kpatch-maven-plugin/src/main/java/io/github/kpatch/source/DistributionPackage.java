package io.github.kpatch.source;

/**
 * One package of a distribution, in one version.
 *
 * @param name such as {@code linux-source-6.1}
 * @param version such as {@code 6.1.192-2}; empty where the name says it, as dnf's names do
 * @param sha256 SHA-256 of the package file, as the distribution's signed lists give it where they could be asked
 * @param size length of the package file in bytes, -1 where unknown
 */
public record DistributionPackage(String name, String version, String sha256, long size) {
    /** Name and version, as package managers take them. */
    @Override
    public String toString() {
        return version.isEmpty() ? name : name + "=" + version;
    }
}
