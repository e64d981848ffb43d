package io.github.kpatch.source.debian;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Tools;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.Distribution;
import io.github.kpatch.source.KernelCache;
import io.github.kpatch.source.OfferedRelease;
import io.github.kpatch.source.PackageStore;
import io.github.kpatch.source.Piece;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Debian's kernels. A release is built several times while its name stays the same, so an installed file counts only when
 * its package has the very version of the kernel's.
 */
public final class Debian implements Distribution {
    private static final String IMAGE = "linux-image-";
    private static final String HEADERS = "linux-headers-";
    private static final String SOURCE = "linux-source-";
    private static final String DEBUG = "-dbg";

    // Since 7.0 the image package holds nothing itself, and depends on packages of its parts.
    private static final String BASE = "linux-base-";
    private static final String BINARY = "linux-binary-";
    private static final String MODULES = "linux-modules-";

    /** Release and flavour: {@code 6.1.0-56-cloud-amd64}, {@code 6.12.107+deb12-amd64}. */
    private static final Pattern RELEASE = Pattern.compile("\\d+\\.\\d+\\.\\d+[^-]*(?:-\\d+)?-((?:[a-z]+-)?amd64)");

    private static final Pattern SERIES = Pattern.compile("(\\d+\\.\\d+).*");
    private static final Pattern IMAGE_DEPENDENCY = Pattern.compile("\\blinux-image-(\\d[^ ,|]*)");
    private static final Pattern BANNER = Pattern.compile(" Debian (\\d\\S*) \\(\\d{4}-\\d{2}-\\d{2}\\)");
    private static final Pattern SOURCE_ARCHIVE = Pattern.compile("usr/src/linux-[^/]*\\.tar(\\.\\w+)?");
    private static final String DEFAULT_FLAVOUR = "amd64";

    private final AptPackages packages;
    private final Path root;

    /**
     * @param tools finds the package manager
     * @param offline whether no package manager may be called
     * @param root the machine's root folder, below which installed packages lie
     */
    public Debian(KernelCache cache, CommandRunner runner, Tools tools, Progress progress, boolean offline, Path root) {
        this.packages = new AptPackages(cache, runner, tools, progress, offline, root);
        this.root = root;
    }

    /** The version of the package that a kernel was built as, by its banner; empty for kernels of others. */
    public static Optional<String> versionIn(String banner) {
        Matcher matcher = BANNER.matcher(banner);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** Whether the file of that path in a package is an archive of kernel source. */
    public static boolean isSourceArchive(String path) {
        return SOURCE_ARCHIVE.matcher(path).matches();
    }

    @Override
    public PackageStore packages() {
        return packages;
    }

    @Override
    public KernelRelease defaultRelease() {
        String flavour = flavour(System.getProperty("os.version", "")).orElse(DEFAULT_FLAVOUR);
        return installedReleases(flavour)
                .or(() -> metaPackage(flavour))
                .orElseThrow(() -> unknown("the default", List.of(IMAGE + DEFAULT_FLAVOUR)));
    }

    @Override
    public List<OfferedRelease> releases() {
        if (packages.isOffline()) {
            throw ProblemException.input(new Problem(
                    ProblemCode.OFFLINE,
                    "apt-cache",
                    "Maven is offline, and only apt knows which releases there are.",
                    "Run it without --offline; nothing is downloaded."));
        }
        String running = System.getProperty("os.version", "");
        return bestFirst(complete(known("*"))).stream()
                .map(release -> new OfferedRelease(
                        new KernelRelease(release),
                        packages.installed(IMAGE + release).isPresent(),
                        release.equals(running)))
                .sorted(Comparator.comparing((OfferedRelease release) -> !release.running())
                        .thenComparing(release -> !release.installed()))
                .toList();
    }

    @Override
    public Build build(KernelRelease release) {
        String image = IMAGE + release;
        String question = "version of " + image;
        String parts = "parts of " + image;
        Optional<String> version = packages.installed(image);
        boolean inParts = packages.installed(BINARY + release).isPresent();
        if (version.isEmpty() && packages.canAsk()) {
            Optional<Map<String, String>> candidate = packages.candidate(image);
            version = candidate.map(fields -> fields.get("Version"));
            version.ifPresent(found -> packages.noteAnswer(question, found));
            inParts = candidate
                    .filter(fields -> fields.getOrDefault("Depends", "").contains(BINARY + release))
                    .isPresent();
            packages.noteAnswer(parts, Boolean.toString(inParts));
        } else if (version.isEmpty()) {
            inParts = packages.lastAnswer(parts)
                    .map(Boolean::valueOf)
                    .orElseGet(() -> packages.downloaded(BINARY + release).isPresent());
        }
        if (version.isEmpty()) {
            version = packages.lastAnswer(question).or(() -> packages.downloaded(image));
        }
        return new DebianBuild(
                release.value(),
                version.orElseThrow(() -> unknown(
                        release.value(),
                        List.of(image, image + DEBUG, HEADERS + release, SOURCE + series(release.value())))),
                inParts);
    }

    private Optional<KernelRelease> installedReleases(String flavour) {
        Path folder = root.resolve("lib/modules");
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> releases = Files.list(folder)) {
            return releases.filter(release -> Files.isDirectory(release.resolve("kernel")))
                    .map(release -> release.getFileName().toString())
                    .filter(name -> flavour(name).filter(flavour::equals).isPresent())
                    .map(KernelRelease::new)
                    .max(Comparator.naturalOrder());
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private Optional<KernelRelease> metaPackage(String flavour) {
        String question = "default release of " + flavour;
        if (!packages.canAsk()) {
            return packages.lastAnswer(question).map(KernelRelease::new);
        }
        Optional<String> release = packages.candidate(IMAGE + flavour)
                .map(fields -> IMAGE_DEPENDENCY.matcher(fields.getOrDefault("Depends", "")))
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1))
                .filter(KernelRelease::isValid);
        release.ifPresent(found -> packages.noteAnswer(question, found));
        return release.map(KernelRelease::new);
    }

    /** Why a release is not there: no lists to look in, no permission to look, or no such release. */
    private ProblemException unknown(String release, List<String> wanted) {
        if (packages.isOffline()) {
            return AptPackages.offline(wanted);
        }
        List<String> complete = bestFirst(complete(known(release)));
        return ProblemException.input(new Problem(
                ProblemCode.RELEASE_UNKNOWN,
                release,
                "There is no Debian package of this kernel release.",
                complete.isEmpty()
                        ? "apt knows kernels, but of none of them image, headers, debug symbols and source in one version; "
                                + "add a package source that has them all, or give the pieces."
                        : OfferedRelease.oneOf(complete)));
    }

    /**
     * The releases of which there is any package.
     *
     * @param wanted the release that is looked for, for the message
     */
    private List<String> known(String wanted) {
        List<String> known = packages.names(IMAGE).stream()
                .map(name -> name.substring(IMAGE.length()))
                .filter(name -> flavour(name).isPresent())
                .distinct()
                .toList();
        if (known.isEmpty()) {
            throw ProblemException.input(new Problem(
                    ProblemCode.INPUT_MISSING,
                    IMAGE + wanted,
                    "apt knows no kernel at all: its package lists are missing.",
                    "Run apt-get update, or give source, config, vmlinux and symvers."));
        }
        return known;
    }

    /** The releases of which all packages that a live patch takes are there in one version, their source included. */
    private List<String> complete(List<String> known) {
        List<String> releases =
                known.stream().filter(release -> !isRealTime(release)).toList();
        Map<String, List<String>> needed = new TreeMap<>();
        for (String release : releases) {
            needed.put(
                    release,
                    List.of(IMAGE + release, IMAGE + release + DEBUG, HEADERS + release, SOURCE + series(release)));
        }
        Map<String, Set<String>> versions = packages.allVersions(
                needed.values().stream().flatMap(List::stream).collect(Collectors.toCollection(TreeSet::new)));
        return releases.stream()
                .filter(release -> {
                    Set<String> common = new TreeSet<>(versions.getOrDefault(IMAGE + release, Set.of()));
                    needed.get(release).forEach(name -> common.retainAll(versions.getOrDefault(name, Set.of())));
                    return !common.isEmpty();
                })
                .toList();
    }

    /** What the distribution itself would take first: its flavour and its series before others, the newest of each first. */
    private List<String> bestFirst(List<String> releases) {
        Optional<String> usual = metaPackage(DEFAULT_FLAVOUR).map(release -> series(release.value()));
        return releases.stream()
                .sorted(Comparator.comparing((String release) -> !usual.equals(Optional.of(series(release))))
                        .thenComparing(release -> !flavour(release).equals(Optional.of(DEFAULT_FLAVOUR)))
                        .thenComparing(KernelRelease::new, Comparator.reverseOrder()))
                .toList();
    }

    /** The flavour of a release, such as {@code cloud-amd64}; empty where Debian names no release so. */
    private static Optional<String> flavour(String release) {
        Matcher matcher = RELEASE.matcher(release);
        return matcher.matches() && KernelRelease.isValid(release) ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static boolean isRealTime(String release) {
        return flavour(release).filter(name -> name.startsWith("rt-")).isPresent();
    }

    private static String series(String release) {
        Matcher matcher = SERIES.matcher(release);
        return matcher.matches() ? matcher.group(1) : release;
    }

    /** Debian's packages of one release in one version. */
    private final class DebianBuild implements Build {
        private final String release;
        private final String version;
        private final boolean inParts;

        DebianBuild(String release, String version, boolean inParts) {
            this.release = release;
            this.version = version;
            this.inParts = inParts;
        }

        @Override
        public String version() {
            return version;
        }

        @Override
        public Piece earlyConfig() {
            return piece(HEADERS + release, "usr/src/linux-headers-" + release + "/.config");
        }

        @Override
        public Piece config() {
            return inParts
                    ? piece(BASE + release, "usr/lib/modules/" + release + "/config")
                    : piece(IMAGE + release, "boot/config-" + release);
        }

        @Override
        public Piece bootImage() {
            return inParts
                    ? piece(BINARY + release, "usr/lib/modules/" + release + "/vmlinuz")
                    : piece(IMAGE + release, "boot/vmlinuz-" + release);
        }

        @Override
        public Piece modules() {
            return piece((inParts ? MODULES : IMAGE) + release, "lib/modules/" + release);
        }

        @Override
        public Piece symvers() {
            return piece(HEADERS + release, "usr/src/linux-headers-" + release + "/Module.symvers");
        }

        @Override
        public Piece vmlinux() {
            return piece(
                    IMAGE + release + DEBUG,
                    inParts
                            ? "usr/lib/debug/lib/modules/" + release + "/vmlinux"
                            : "usr/lib/debug/boot/vmlinux-" + release);
        }

        @Override
        public Piece debugModules() {
            return piece(IMAGE + release + DEBUG, "usr/lib/debug/lib/modules/" + release);
        }

        /** The package's archive is what the other flavours are built from. */
        @Override
        public Piece source() {
            String name = SOURCE + series(release);
            if (isRealTime(release)) {
                throw ProblemException.input(
                        new Problem(
                                ProblemCode.SOURCE_VERSION_MISMATCH,
                                name,
                                "The kernel " + release
                                        + " is built with the real-time patches, and the archive in this package is the source"
                                        + " without them.",
                                "Give the source with these patches applied (kpatch.source), or choose a release of another flavour."));
            }
            return piece(name, "usr/src/" + name + ".tar.xz");
        }

        private Piece piece(String name, String path) {
            Path file = root.resolve(path);
            if (Files.exists(file)
                    && packages.installed(name).filter(version::equals).isPresent()) {
                return new Piece.OnDisk(file);
            }
            return new Piece.InPackage(packages.find(name, version).orElseThrow(() -> missing(name)), path);
        }

        private ProblemException missing(String name) {
            if (packages.isOffline()) {
                return AptPackages.offline(List.of(name + "=" + version));
            }
            List<String> others = packages.canAsk() ? packages.versions(name) : List.of();
            boolean source = name.startsWith(SOURCE);
            String there = others.isEmpty() ? "apt has no such package" : "apt has " + String.join(", ", others);
            return ProblemException.input(
                    new Problem(
                            source && !others.isEmpty()
                                    ? ProblemCode.SOURCE_VERSION_MISMATCH
                                    : ProblemCode.INPUT_MISSING,
                            name,
                            "The kernel " + release + " is version " + version + ", and " + there + ".",
                            "Choose a release that goal kpatch:releases lists, or give the pieces of this one (source, config, vmlinux, symvers)."));
        }
    }
}
