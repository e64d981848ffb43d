package io.github.kpatch.source;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.kernel.KernelIdentity;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Decides where each piece of the wanted kernel comes from: what is given first, then Debian's packages of the release,
 * installed ones before others. A release is built several times while its name stays the same, so an installed file
 * counts only when its package has the very version of the kernel's.
 */
final class KernelLocator {
    private static final String IMAGE = "linux-image-";

    /** Release and flavour: {@code 6.1.0-56-cloud-amd64}, {@code 6.12.107+deb12-amd64}. */
    private static final Pattern RELEASE = Pattern.compile("\\d+\\.\\d+\\.\\d+[^-]*(?:-\\d+)?-((?:[a-z]+-)?amd64)");

    private static final Pattern SERIES = Pattern.compile("(\\d+\\.\\d+).*");
    private static final Pattern IMAGE_DEPENDENCY = Pattern.compile("\\blinux-image-(\\d[^ ,|]*)");
    private static final String DEFAULT_FLAVOUR = "amd64";

    private final DebianPackages packages;
    private final FileMemo memo;
    private final Path root;

    /**
     * @param root the machine's root folder
     */
    KernelLocator(DebianPackages packages, FileMemo memo, Path root) {
        this.packages = packages;
        this.memo = memo;
        this.root = root;
    }

    /** Where the pieces of the wanted kernel are. */
    KernelPieces locate(KernelRequest request) {
        GivenPieces given = request.given();
        Optional<Piece> givenModules = given.modulesDirectory().map(Piece.OnDisk::new);
        if (given.isEnough()) {
            return new KernelPieces(
                    request.release(),
                    Optional.empty(),
                    disk(given.source().orElseThrow()),
                    given.sha256(),
                    disk(given.config().orElseThrow()),
                    disk(given.vmlinux().orElseThrow()),
                    disk(given.symvers().orElseThrow()),
                    givenModules,
                    givenModules,
                    given.bootImage().map(Piece.OnDisk::new));
        }
        KernelRelease release =
                request.release().or(() -> given.vmlinux().map(this::releaseOf)).orElseGet(this::defaultRelease);
        Distribution debian = distribution(release);
        boolean own = given.vmlinux().isPresent();
        Piece config = given.config().map(KernelLocator::disk).orElseGet(debian::config);
        Optional<Piece> bootImage = given.bootImage().map(KernelLocator::disk);
        Optional<Piece> modules = givenModules;
        if (!own) {
            bootImage = bootImage.or(() -> Optional.of(debian.bootImage()));
            modules = modules.or(() -> Optional.of(debian.modules()));
        }
        Piece symvers = given.symvers().map(KernelLocator::disk).orElseGet(debian::symvers);
        Piece vmlinux = given.vmlinux().map(KernelLocator::disk).orElseGet(debian::vmlinux);
        Optional<Piece> debugModules = givenModules;
        if (!own) {
            debugModules = debugModules.or(() -> Optional.of(debian.debugModules()));
        }
        Piece source = given.source().map(KernelLocator::disk).orElseGet(debian::source);
        return new KernelPieces(
                Optional.of(release),
                given.source().isPresent() ? Optional.empty() : Optional.of(debian.version),
                source,
                given.source().flatMap(path -> given.sha256()),
                config,
                vmlinux,
                symvers,
                debugModules,
                modules,
                bootImage);
    }

    private static Piece disk(Path path) {
        return new Piece.OnDisk(path);
    }

    private KernelRelease releaseOf(Path vmlinux) {
        String release = memo.recall("release of vmlinux", List.of(vmlinux), () -> {
            try (ByteSource bytes = ByteSource.open(vmlinux)) {
                return KernelIdentity.of(ElfFile.open(bytes)).release().value();
            } catch (IOException e) {
                throw ProblemException.input(
                        Problem.of(ProblemCode.INPUT_MISSING, vmlinux.toString(), "The file cannot be read."), e);
            }
        });
        return new KernelRelease(release);
    }

    /**
     * The release to patch when none is named: the newest installed one of the running kernel's flavour, else the one
     * that Debian installs by default.
     */
    KernelRelease defaultRelease() {
        Matcher running = RELEASE.matcher(System.getProperty("os.version", ""));
        String flavour = running.matches() ? running.group(1) : DEFAULT_FLAVOUR;
        return installedReleases(flavour).or(() -> metaPackage(flavour)).orElseThrow(() -> unknown("the default"));
    }

    private Optional<KernelRelease> installedReleases(String flavour) {
        Path folder = root.resolve("lib/modules");
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> releases = Files.list(folder)) {
            return releases.filter(release -> Files.isDirectory(release.resolve("kernel")))
                    .map(release -> release.getFileName().toString())
                    .filter(name -> hasFlavour(name, flavour))
                    .map(KernelRelease::new)
                    .max(Comparator.naturalOrder());
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private static boolean hasFlavour(String release, String flavour) {
        Matcher matcher = RELEASE.matcher(release);
        return matcher.matches() && matcher.group(1).equals(flavour) && KernelRelease.isValid(release);
    }

    private Optional<KernelRelease> metaPackage(String flavour) {
        String name = IMAGE + flavour;
        if (!packages.canAsk()) {
            return packages.lastAnswer("default release of " + flavour).map(KernelRelease::new);
        }
        Optional<String> release = packages.candidate(name)
                .map(fields -> IMAGE_DEPENDENCY.matcher(fields.getOrDefault("Depends", "")))
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1))
                .filter(KernelRelease::isValid);
        release.ifPresent(found -> packages.noteAnswer("default release of " + flavour, found));
        return release.map(KernelRelease::new);
    }

    private Distribution distribution(KernelRelease release) {
        String image = IMAGE + release;
        String question = "version of " + image;
        Optional<String> version = packages.installed(image);
        if (version.isEmpty() && packages.canAsk()) {
            version = packages.candidate(image).map(fields -> fields.get("Version"));
            version.ifPresent(found -> packages.noteAnswer(question, found));
        }
        if (version.isEmpty()) {
            version = packages.lastAnswer(question).or(() -> packages.downloaded(image));
        }
        return new Distribution(release, version.orElseThrow(() -> unknown(release.value())));
    }

    /** Why a release is not there: no lists to look in, no permission to look, or no such release. */
    private ProblemException unknown(String release) {
        if (packages.isOffline()) {
            return DebianPackages.offline(
                    release.startsWith("the")
                            ? List.of(IMAGE + DEFAULT_FLAVOUR)
                            : List.of(
                                    IMAGE + release,
                                    IMAGE + release + "-dbg",
                                    "linux-headers-" + release,
                                    "linux-source-" + series(release)));
        }
        List<KernelRelease> releases = new ArrayList<>();
        for (String name : packages.names(IMAGE)) {
            String candidate = name.substring(IMAGE.length());
            if (RELEASE.matcher(candidate).matches() && KernelRelease.isValid(candidate)) {
                releases.add(new KernelRelease(candidate));
            }
        }
        if (releases.isEmpty()) {
            return ProblemException.input(new Problem(
                    ProblemCode.INPUT_MISSING,
                    IMAGE + release,
                    "apt knows no kernel at all: its package lists are missing.",
                    "Run apt-get update, or give source, config, vmlinux and symvers."));
        }
        releases.sort(Comparator.reverseOrder());
        return ProblemException.input(new Problem(
                ProblemCode.RELEASE_UNKNOWN,
                release,
                "There is no Debian package of this kernel release.",
                "Choose one of: "
                        + String.join(
                                ", ",
                                releases.stream().map(KernelRelease::value).toList()) + "."));
    }

    private static String series(String release) {
        Matcher matcher = SERIES.matcher(release);
        return matcher.matches() ? matcher.group(1) : release;
    }

    /** Debian's packages of one release in one version. */
    private final class Distribution {
        private final String release;
        private final String version;

        Distribution(KernelRelease release, String version) {
            this.release = release.value();
            this.version = version;
        }

        Piece config() {
            return piece(IMAGE + release, "boot/config-" + release);
        }

        Piece bootImage() {
            return piece(IMAGE + release, "boot/vmlinuz-" + release);
        }

        Piece modules() {
            return piece(IMAGE + release, "lib/modules/" + release);
        }

        Piece symvers() {
            return piece("linux-headers-" + release, "usr/src/linux-headers-" + release + "/Module.symvers");
        }

        Piece vmlinux() {
            return piece(IMAGE + release + "-dbg", "usr/lib/debug/boot/vmlinux-" + release);
        }

        Piece debugModules() {
            return piece(IMAGE + release + "-dbg", "usr/lib/debug/lib/modules/" + release);
        }

        Piece source() {
            String name = "linux-source-" + series(release);
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
                return DebianPackages.offline(List.of(name + "=" + version));
            }
            List<String> others = packages.canAsk() ? packages.versions(name) : List.of();
            boolean source = name.startsWith("linux-source-");
            String there = others.isEmpty() ? "apt has no such package" : "apt has " + String.join(", ", others);
            return ProblemException.input(new Problem(
                    source && !others.isEmpty() ? ProblemCode.SOURCE_VERSION_MISMATCH : ProblemCode.INPUT_MISSING,
                    name,
                    "The kernel " + release + " is version " + version + ", and " + there + ".",
                    "Choose a newer release, or give the pieces of this one (source, config, vmlinux, symvers)."));
        }
    }
}
