package io.github.kpatch.source.rpm;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Tools;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.Distribution;
import io.github.kpatch.source.DistributionPackage;
import io.github.kpatch.source.KernelCache;
import io.github.kpatch.source.OfferedRelease;
import io.github.kpatch.source.PackageStore;
import io.github.kpatch.source.Piece;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Kernels of distributions that ship RPM packages. They differ in nothing but names, which are given. All packages of a
 * build have one version, and each names the source package it was built from, so nothing can be mixed up. They are
 * always downloaded: what of them is installed is not looked for.
 */
public final class Rpm implements Distribution {
    private static final String SOURCE_PACKAGE = ".src.rpm";

    private final RpmNames names;
    private final DnfPackages packages;

    /**
     * @param names what the packages are called
     * @param tools finds dnf
     * @param offline whether dnf may not be called
     * @param config dnf's configuration file; empty for the machine's
     * @param root the machine's root folder
     */
    public Rpm(
            RpmNames names,
            KernelCache cache,
            CommandRunner runner,
            Tools tools,
            Progress progress,
            boolean offline,
            Optional<Path> config,
            Path root) {
        this.names = names;
        this.packages = new DnfPackages(cache, runner, tools, progress, offline, config, root);
    }

    @Override
    public PackageStore packages() {
        return packages;
    }

    @Override
    public KernelRelease defaultRelease() {
        String question = "default release";
        if (packages.isOffline()) {
            return packages.noted(question)
                    .map(KernelRelease::new)
                    .orElseThrow(() ->
                            DnfPackages.offline(List.of(names.kernels().get(0).image())));
        }
        RpmNames.Kernel usual = names.kernels().get(0);
        KernelRelease release = releases(List.of(usual)).stream().findFirst().orElseThrow(() -> unknown("the default"));
        packages.note(question, release.value());
        return release;
    }

    @Override
    public List<OfferedRelease> releases() {
        String running = System.getProperty("os.version", "");
        return releases(names.kernels()).stream()
                .map(release ->
                        new OfferedRelease(release, false, release.value().equals(running)))
                .sorted(Comparator.comparing((OfferedRelease release) -> !release.running()))
                .toList();
    }

    /** The releases of some kernels of which image and development package are there, the newest first. */
    private List<KernelRelease> releases(List<RpmNames.Kernel> kernels) {
        List<RpmName> there = packages.available(kernels.stream()
                .flatMap(kernel -> Stream.of(kernel.image(), kernel.development()))
                .toList());
        return kernels.stream()
                .flatMap(kernel -> there.stream()
                        .filter(image -> image.name().equals(kernel.image()))
                        .filter(image -> there.stream()
                                .anyMatch(other ->
                                        other.name().equals(kernel.development()) && other.hasVersionOf(image)))
                        .map(image -> image.in(kernel.release())))
                .distinct()
                .filter(KernelRelease::isValid)
                .map(KernelRelease::new)
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    @Override
    public Build build(KernelRelease release) {
        String question = "packages of " + release;
        List<RpmName> known = packages.noted(question).stream()
                .flatMap(String::lines)
                .flatMap(line -> RpmName.parse(line).stream())
                .toList();
        if (known.isEmpty()) {
            known = packages.available(names.kernels().stream()
                    .flatMap(kernel ->
                            Stream.concat(Stream.of(kernel.image(), kernel.development()), kernel.modules().stream()))
                    .toList());
            packages.note(question, known.stream().map(RpmName::toLine).collect(Collectors.joining("\n")));
        }
        List<RpmName> there = known;
        return names.kernels().stream()
                .flatMap(kernel -> there.stream()
                        .filter(image -> image.name().equals(kernel.image()))
                        .filter(image -> image.in(kernel.release()).equals(release.value()))
                        // Of several rebuilds the last that the lists name.
                        .reduce((first, second) -> second)
                        .map(image -> new RpmBuild(kernel, image, release.value(), there))
                        .stream())
                .findFirst()
                .orElseThrow(() -> unknown(release.value()));
    }

    private ProblemException unknown(String release) {
        packages.note("packages of " + release, "");
        if (packages.isOffline()) {
            return DnfPackages.offline(List.of(names.kernels().get(0).image()));
        }
        List<KernelRelease> others = releases(names.kernels());
        return ProblemException.input(new Problem(
                ProblemCode.RELEASE_UNKNOWN,
                release,
                "No repository has a package of this kernel release.",
                others.isEmpty()
                        ? "dnf's repositories have no kernel at all under the names "
                                + names.kernels().stream()
                                        .map(RpmNames.Kernel::image)
                                        .collect(Collectors.joining(", "))
                                + "; add one (kpatch.dnfConfig), or give the pieces."
                        : OfferedRelease.oneOf(
                                others.stream().map(KernelRelease::value).toList())));
    }

    /** The packages of one kernel in one version. */
    private final class RpmBuild implements Build {
        private final RpmNames.Kernel kernel;
        private final RpmName image;
        private final String release;
        private final List<RpmName> there;

        RpmBuild(RpmNames.Kernel kernel, RpmName image, String release, List<RpmName> there) {
            this.kernel = kernel;
            this.image = image;
            this.release = release;
            this.there = there;
        }

        @Override
        public String version() {
            return image.versionRelease();
        }

        @Override
        public Piece earlyConfig() {
            return piece(image.sibling(kernel.development()), names.earlyConfig());
        }

        @Override
        public Piece config() {
            return piece(image, names.config());
        }

        @Override
        public Piece bootImage() {
            return piece(image, names.bootImage());
        }

        @Override
        public Piece modules() {
            List<Piece.InPackage> parts = new ArrayList<>();
            parts.add(piece(image, names.modules()));
            there.stream()
                    .filter(other -> kernel.modules().contains(other.name()) && other.hasVersionOf(image))
                    .forEach(other -> parts.add(piece(other, names.modules())));
            return new Piece.Together(parts);
        }

        @Override
        public Piece symvers() {
            return piece(image.sibling(kernel.development()), names.symvers());
        }

        @Override
        public Piece vmlinux() {
            return piece(image.sibling(kernel.debug()), names.vmlinux());
        }

        @Override
        public Piece debugModules() {
            return piece(image.sibling(kernel.debug()), names.debugModules());
        }

        @Override
        public Piece source() {
            if (names.source().isPresent()) {
                RpmNames.Source source = names.source().get();
                return new Piece.Together(source.packages().stream()
                        .map(name -> new RpmName(
                                name, image.epoch(), image.version(), image.release(), "noarch", image.source()))
                        .map(name -> piece(name, List.of(source.folder())))
                        .toList());
            }
            if (!image.source().endsWith(SOURCE_PACKAGE)) {
                throw ProblemException.input(
                        ProblemCode.INPUT_MISSING,
                        image.toString(),
                        "The package does not say which source package it was built from.");
            }
            String name = image.source().substring(0, image.source().length() - SOURCE_PACKAGE.length());
            return new Piece.InPackage(packages.find(name + ".src"), "");
        }

        private Piece.InPackage piece(RpmName name, List<String> paths) {
            DistributionPackage container = packages.find(name.toString());
            List<String> exact = paths.stream()
                    .map(path -> image.in(path.replace("{uname}", release)))
                    .toList();
            return new Piece.InPackage(container, packages.place(container, exact));
        }
    }
}
