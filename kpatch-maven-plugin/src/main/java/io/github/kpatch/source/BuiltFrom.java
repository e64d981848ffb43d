package io.github.kpatch.source;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a kernel was built from, as far as its banner says it, which Debian's and Ubuntu's do.
 *
 * @param packageVersion version of the source's package, such as {@code 6.1.192-2}
 * @param upstream what the source calls itself, such as {@code 6.1.192}
 */
record BuiltFrom(String packageVersion, String upstream) {
    /** {@code Debian 6.1.192-2 (2026-11-16)}. */
    private static final Pattern DEBIAN =
            Pattern.compile(" Debian ((\\d+\\.\\d+(?:\\.\\d+)?)\\S*) \\(\\d{4}-\\d{2}-\\d{2}\\)");

    /** {@code (Ubuntu 6.8.0-45.45-generic 6.8.12)}: package and release keep the number 0, the source does not. */
    private static final Pattern UBUNTU = Pattern.compile("\\(Ubuntu (\\S+)-[a-z0-9]+ (\\d+\\.\\d+\\.\\d+)\\)");

    /** What it says; empty for kernels of others. */
    static Optional<BuiltFrom> in(String banner) {
        Matcher debian = DEBIAN.matcher(banner);
        if (debian.find()) {
            String numbers = debian.group(2);
            return Optional.of(
                    new BuiltFrom(debian.group(1), numbers.matches("\\d+\\.\\d+") ? numbers + ".0" : numbers));
        }
        Matcher ubuntu = UBUNTU.matcher(banner);
        return ubuntu.find() ? Optional.of(new BuiltFrom(ubuntu.group(1), ubuntu.group(2))) : Optional.empty();
    }
}
