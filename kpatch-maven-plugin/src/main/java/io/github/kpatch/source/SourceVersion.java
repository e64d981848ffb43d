package io.github.kpatch.source;

import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The version that the top Makefile of a source tree says, such as 6.1.192. It is not the kernel's release:
 * distributions freeze that for compatibility. What ties the two is the kernel's banner.
 *
 * @param text the three numbers, such as {@code 6.1.192}
 */
record SourceVersion(String text) {
    private static final Pattern LINE = Pattern.compile("(VERSION|PATCHLEVEL|SUBLEVEL) *= *(\\d+) *");
    private static final Pattern REBUILD = Pattern.compile("(?<=-.{1,99})\\.\\d+$");
    private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.(\\d+))?.*");

    /** Reads it from a tree. */
    static SourceVersion of(Path tree) {
        Path makefile = tree.resolve("Makefile");
        if (!Files.isRegularFile(makefile)) {
            throw ProblemException.input(
                    ProblemCode.INPUT_MISSING,
                    makefile.getFileName().toString(),
                    "The source has no top Makefile; it is no kernel source.");
        }
        Map<String, String> numbers = new HashMap<>();
        for (String line : Folders.doing(makefile, () -> Files.readAllLines(makefile, StandardCharsets.ISO_8859_1))) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                numbers.putIfAbsent(matcher.group(1), matcher.group(2));
            }
        }
        if (numbers.size() < 3) {
            throw ProblemException.input(
                    ProblemCode.SOURCE_VERSION_MISMATCH,
                    "Makefile",
                    "The source's top Makefile names no kernel version.");
        }
        return new SourceVersion(
                numbers.get("VERSION") + "." + numbers.get("PATCHLEVEL") + "." + numbers.get("SUBLEVEL"));
    }

    /**
     * Refuses a source that the kernel was not built from, as far as names can tell: the banner of a distribution's
     * kernel says the very version of source and package; other releases begin with the source's version, unless their third number is the
     * frozen 0.
     */
    void checkBuilt(TargetKernel target, KernelSource source) {
        Optional<BuiltFrom> built = BuiltFrom.in(target.banner());
        boolean sameTree = built.map(from -> from.upstream().equals(text)).orElseGet(() -> fits(target.release()));
        boolean samePackage = source.packageVersion()
                .map(version -> source.versionIsRelease()
                        ? beginsWith(target.release(), version)
                        : built.map(from -> from.packageVersion().equals(version))
                                .orElse(true))
                .orElse(true);
        if (!sameTree || !samePackage) {
            throw ProblemException.input(
                    ProblemCode.SOURCE_VERSION_MISMATCH,
                    source.origin(),
                    "The source is " + source.packageVersion().orElse(text) + ", the kernel " + target.release()
                            + " was built from "
                            + built.map(BuiltFrom::packageVersion)
                                    .orElse(target.release().value()) + ".");
        }
    }

    /** SUSE leaves the number at the version's end, which counts rebuilds, out of the release. */
    private static boolean beginsWith(KernelRelease release, String version) {
        return Stream.of(version, REBUILD.matcher(version).replaceFirst(""))
                .anyMatch(text -> (release.value() + ".").matches(Pattern.quote(text) + "[.+-].*"));
    }

    private boolean fits(KernelRelease release) {
        Matcher mine = NUMBERS.matcher(text);
        Matcher theirs = NUMBERS.matcher(release.value());
        if (!mine.matches() || !theirs.matches()) {
            return false;
        }
        boolean sameSeries =
                mine.group(1).equals(theirs.group(1)) && mine.group(2).equals(theirs.group(2));
        boolean frozen = "0".equals(theirs.group(3));
        String theirSublevel = theirs.group(3) == null ? "0" : theirs.group(3);
        return sameSeries && (frozen || theirSublevel.equals(mine.group(3)));
    }
}
