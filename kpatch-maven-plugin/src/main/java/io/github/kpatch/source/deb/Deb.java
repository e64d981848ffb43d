package io.github.kpatch.source.deb;

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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Kernels of the family of Debian, which differ in names, and these are given. A release is built several times while its
 * name stays the same, so an installed file counts only when its package has the very version of the kernel's.
 */
public final class Deb implements Distribution {
    private static final String IMAGE = "linux-image-";

    private static final Pattern NUMBERS = Pattern.compile("((\\d+\\.\\d+)(?:\\.\\d+)?).*");
    private static final Pattern IMAGE_DEPENDENCY = Pattern.compile("\\blinux-image-(?:unsigned-)?(\\d[^ ,|]*)");
    private static final Pattern SOURCE_ARCHIVE =
            Pattern.compile("usr/src/(?:[^/]*source[^/]*/)?linux-[^/]*\\.tar(\\.\\w+)?");

    private final DebNames names;
    private final Pattern releases;
    private final AptPackages packages;
    private final Path root;

    /**
     * @param names what the packages are called
     * @param tools finds the package manager
     * @param offline whether no package manager may be called
     * @param config apt's configuration file; empty for the machine's
     * @param root the machine's root folder, below which installed packages lie
     */
    public Deb(
            DebNames names,
            KernelCache cache,
            CommandRunner runner,
            Tools tools,
            Progress progress,
            boolean offline,
            Optional<Path> config,
            Path root) {
        this.names = names;
        this.releases = Pattern.compile(names.release());
        this.packages = new AptPackages(cache, runner, tools, progress, offline, config, root);
        this.root = root;
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
        String flavour = flavour(System.getProperty("os.version", "")).orElse(names.flavour());
        return installedReleases(flavour)
                .or(() -> metaPackage(flavour))
                .orElseThrow(() -> unknown("the default", List.of(meta(names.flavour()))));
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
                        names.layouts().stream()
                                .anyMatch(layout -> packages.installed(in(layout.image(), release))
                                        .isPresent()),
                        release.equals(running)))
                .sorted(Comparator.comparing((OfferedRelease release) -> !release.running())
                        .thenComparing(release -> !release.installed()))
                .toList();
    }

    @Override
    public Build build(KernelRelease release) {
        for (DebNames.Layout layout : names.layouts()) {
            Optional<Build> build = build(release.value(), layout);
            if (build.isPresent()) {
                return build.get();
            }
        }
        throw unknown(
                release.value(),
                names.offered().stream().map(name -> in(name, release.value())).toList());
    }

    /** The build of that layout; empty where there is no such image, or its pieces are divided otherwise. */
    private Optional<Build> build(String release, DebNames.Layout layout) {
        String image = in(layout.image(), release);
        String question = "version of " + image;
        Optional<String> needed = layout.needs().map(name -> in(name, release));
        String parts = "parts of " + image;
        Optional<String> version = packages.installed(image);
        boolean fits = needed.map(name -> packages.installed(name).isPresent()).orElse(true);
        if (version.isEmpty() && packages.canAsk()) {
            Optional<Map<String, String>> candidate = packages.candidate(image);
            version = candidate.map(fields -> fields.get("Version"));
            version.ifPresent(found -> packages.noteAnswer(question, found));
            if (needed.isPresent()) {
                fits = candidate
                        .filter(fields -> fields.getOrDefault("Depends", "").contains(needed.get()))
                        .isPresent();
                packages.noteAnswer(parts, Boolean.toString(fits));
            }
        } else if (version.isEmpty() && needed.isPresent()) {
            fits = packages.lastAnswer(parts)
                    .map(Boolean::valueOf)
                    .orElseGet(() -> packages.downloaded(needed.get()).isPresent());
        }
        if (version.isEmpty()) {
            version = packages.lastAnswer(question).or(() -> packages.downloaded(image));
        }
        return fits ? version.map(found -> new DebBuild(release, found, layout)) : Optional.empty();
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
        Optional<String> release = packages.candidate(meta(flavour))
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
                "There is no " + names.distribution() + " package of this kernel release.",
                complete.isEmpty()
                        ? "apt knows kernels, but of none of them all of " + String.join(", ", names.offered())
                                + " in one version; " + "add a package source that has them all, or give the pieces."
                        : OfferedRelease.oneOf(complete)));
    }

    /**
     * The releases of which there is any package.
     *
     * @param wanted the release that is looked for, for the message
     */
    private List<String> known(String wanted) {
        List<String> known = packages.names(IMAGE).stream()
                .map(name -> name.substring(IMAGE.length()).replaceFirst("^unsigned-", ""))
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
        Map<String, List<String>> needed = new TreeMap<>();
        known.stream()
                .filter(release -> !isForeign(release))
                .forEach(release -> needed.put(
                        release,
                        names.offered().stream().map(name -> in(name, release)).toList()));
        Map<String, Set<String>> versions = packages.allVersions(
                needed.values().stream().flatMap(List::stream).collect(Collectors.toCollection(TreeSet::new)));
        return needed.keySet().stream()
                .filter(release -> {
                    Set<String> common = new TreeSet<>(
                            versions.getOrDefault(needed.get(release).get(0), Set.of()));
                    needed.get(release).forEach(name -> common.retainAll(versions.getOrDefault(name, Set.of())));
                    return !common.isEmpty();
                })
                .toList();
    }

    /** What the distribution itself would take first: its flavour and its series before others, the newest of each first. */
    private List<String> bestFirst(List<String> releases) {
        Optional<String> usual = metaPackage(names.flavour()).map(release -> series(release.value()));
        return releases.stream()
                .sorted(Comparator.comparing((String release) -> !usual.equals(Optional.of(series(release))))
                        .thenComparing(release -> !flavour(release).equals(Optional.of(names.flavour())))
                        .thenComparing(KernelRelease::new, Comparator.reverseOrder()))
                .toList();
    }

    /** The flavour of a release, such as {@code cloud-amd64}; empty where the distribution names no release so. */
    private Optional<String> flavour(String release) {
        Matcher matcher = releases.matcher(release);
        return matcher.matches() && KernelRelease.isValid(release) ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** Whether the release is built from other source than the archive that the distribution packages. */
    private boolean isForeign(String release) {
        return flavour(release)
                .filter(name -> names.foreignFlavours().stream().anyMatch(name::startsWith))
                .isPresent();
    }

    private String meta(String flavour) {
        return names.meta().replace("{flavour}", flavour);
    }

    private static String series(String release) {
        Matcher matcher = NUMBERS.matcher(release);
        return matcher.matches() ? matcher.group(2) : release;
    }

    /** A name or path of the table for a release. */
    private static String in(String template, String release) {
        Matcher matcher = NUMBERS.matcher(release);
        return template.replace("{release}", release)
                .replace("{series}", series(release))
                .replace("{upstream}", matcher.matches() ? matcher.group(1) : release);
    }

    /** The packages of one release in one version. */
    private final class DebBuild implements Build {
        private final String release;
        private final String version;
        private final DebNames.Layout layout;

        DebBuild(String release, String version, DebNames.Layout layout) {
            this.release = release;
            this.version = version;
            this.layout = layout;
        }

        @Override
        public String version() {
            return version;
        }

        @Override
        public Piece earlyConfig() {
            return piece(names.config());
        }

        @Override
        public Piece config() {
            return piece(layout.config());
        }

        @Override
        public Piece bootImage() {
            return piece(layout.bootImage());
        }

        /** What is in other packages than the first need not be there. */
        @Override
        public Piece modules() {
            Piece first = piece(layout.modules().get(0));
            if (layout.modules().size() == 1) {
                return first;
            }
            List<Piece.InPackage> parts = new ArrayList<>();
            for (DebNames.Place place : layout.modules()) {
                String name = in(place.name(), release);
                packages.find(name, version)
                        .map(found -> new Piece.InPackage(found, in(place.path(), release)))
                        .ifPresent(parts::add);
            }
            return parts.isEmpty() || first instanceof Piece.OnDisk ? first : new Piece.Together(parts);
        }

        @Override
        public Piece symvers() {
            return piece(names.symvers());
        }

        @Override
        public Piece vmlinux() {
            return piece(debug(names.vmlinux(), DebNames.DebugPaths::vmlinux));
        }

        @Override
        public Piece debugModules() {
            return piece(debug(names.debugModules(), DebNames.DebugPaths::modules));
        }

        private DebNames.Place debug(DebNames.Place usual, Function<DebNames.DebugPaths, String> path) {
            return new DebNames.Place(
                    usual.name(), layout.debugPaths().map(path).orElse(usual.path()));
        }

        /** The package's archive is what the other flavours are built from. */
        @Override
        public Piece source() {
            DebNames.Place place = names.source();
            String name = in(place.name(), release);
            if (isForeign(release)) {
                throw ProblemException.input(
                        new Problem(
                                ProblemCode.SOURCE_VERSION_MISMATCH,
                                name,
                                "The kernel " + release
                                        + " is built with the real-time patches, and the archive in this package is the source"
                                        + " without them.",
                                "Give the source with these patches applied (kpatch.source), or choose a release of another flavour."));
            }
            if (names.sourceFrom().isPresent()) {
                String from = in(names.sourceFrom().get(), release);
                String source = packages.sourceOf(from, version).orElseThrow(() -> missing(from));
                place = new DebNames.Place(
                        place.name().replace("{source}", source), place.path().replace("{source}", source));
            }
            return piece(place);
        }

        private Piece piece(DebNames.Place place) {
            return piece(in(place.name(), release), in(place.path(), release));
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
            boolean source = name.contains("-source-");
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
