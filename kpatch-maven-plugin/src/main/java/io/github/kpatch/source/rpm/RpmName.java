package io.github.kpatch.source.rpm;

import java.util.Optional;

/**
 * One RPM package as its distribution's lists name it.
 *
 * @param name such as {@code kernel-core}
 * @param epoch a number, mostly 0
 * @param version such as {@code 5.14.0}
 * @param release such as {@code 427.el9}
 * @param arch such as {@code x86_64}
 * @param source file name of the source package it was built from, such as {@code kernel-5.14.0-427.el9.src.rpm}
 */
record RpmName(String name, String epoch, String version, String release, String arch, String source) {
    private static final int FIELDS = 6;

    /** What {@link #toLine} wrote. */
    static Optional<RpmName> parse(String line) {
        String[] fields = line.split(" ");
        return fields.length == FIELDS
                ? Optional.of(new RpmName(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]))
                : Optional.empty();
    }

    String toLine() {
        return String.join(" ", name, epoch, version, release, arch, source);
    }

    /** Whether both have one version. */
    boolean hasVersionOf(RpmName other) {
        return version.equals(other.version) && release.equals(other.release);
    }

    /** The package of another name in the same version. */
    RpmName sibling(String other) {
        return new RpmName(other, epoch, version, release, arch, source);
    }

    String versionRelease() {
        return version + "-" + release;
    }

    /** Puts version, release and architecture into a text of the table. */
    String in(String template) {
        return template.replace("{version}", version)
                .replace("{release}", release)
                .replace("{base}", release.replaceFirst("\\.\\d+$", ""))
                .replace("{arch}", arch);
    }

    /** As dnf takes it. */
    @Override
    public String toString() {
        return name + "-" + (epoch.equals("0") ? "" : epoch + ":") + version + "-" + release + "." + arch;
    }
}
