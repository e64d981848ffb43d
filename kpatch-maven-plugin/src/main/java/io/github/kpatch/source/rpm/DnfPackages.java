package io.github.kpatch.source.rpm;

import io.github.kpatch.host.Command;
import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.ExclusiveLock;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.RpmPackage;
import io.github.kpatch.host.Tools;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.DistributionPackage;
import io.github.kpatch.source.KernelCache;
import io.github.kpatch.source.PackageDownload;
import io.github.kpatch.source.PackageStore;
import io.github.kpatch.source.Piece;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * RPM packages through dnf, as any user: {@code dnf repoquery} for what there is, {@code dnf download} for files, which checks them
 * against the repositories' lists. Nothing is installed.
 *
 * <p>dnf does not say what SHA-256 a package has before it brings it; so a package whose identity is wanted is brought at
 * once, and its digest then remembered, for as long as the repositories are the same.
 */
final class DnfPackages implements PackageStore {
    private static final String MARK = "kpatch ";
    private static final String QUERY = MARK + "%{name} %{epoch} %{version} %{release} %{arch} %{sourcerpm}\\n";
    private static final Pattern REPOSITORIES = Pattern.compile("(?m)^\\s*reposdir\\s*=\\s*(.+)$");
    private static final int KEY_LENGTH = 16;

    private final KernelCache cache;
    private final CommandRunner runner;
    private final Progress progress;
    private final Tools tools;
    private final FileMemo memo;
    private final boolean offline;
    private final Optional<Path> config;
    private final Path root;
    private final String key;

    /**
     * @param tools finds dnf
     * @param offline whether dnf may not be called
     * @param config dnf's configuration file; empty for the machine's
     * @param root the machine's root folder
     */
    DnfPackages(
            KernelCache cache,
            CommandRunner runner,
            Tools tools,
            Progress progress,
            boolean offline,
            Optional<Path> config,
            Path root) {
        this.cache = cache;
        this.runner = runner;
        this.progress = progress;
        this.tools = tools;
        this.memo = cache.memo();
        this.offline = offline;
        this.config = config.map(Path::toAbsolutePath);
        this.root = root;
        this.key = repositories().substring(0, KEY_LENGTH);
    }

    /** Two distributions may have packages of one name; which is meant is what dnf's configuration says. */
    private String repositories() {
        List<String> parts = new ArrayList<>();
        Path main = config.orElseGet(() -> root.resolve("etc/dnf/dnf.conf"));
        String text = text(main);
        parts.add(config.map(Path::toString).orElse(""));
        parts.add(text);
        parts.add(text(root.resolve("etc/os-release")));
        Matcher named = REPOSITORIES.matcher(text);
        Stream<Path> folders = named.find()
                ? Stream.of(named.group(1).strip().split("[,\\s]+")).map(Path::of)
                : Stream.of("etc/yum.repos.d", "etc/distro.repos.d").map(root::resolve);
        folders.flatMap(folder -> Folders.list(folder).stream())
                .filter(file -> file.toString().endsWith(".repo"))
                .forEach(file -> parts.add(file + "\n" + text(file)));
        return Digests.of(parts);
    }

    private static String text(Path file) {
        return Files.isRegularFile(file)
                ? Folders.doing(file, () -> new String(Files.readAllBytes(file), StandardCharsets.UTF_8))
                : "";
    }

    boolean isOffline() {
        return offline;
    }

    /** What was noted about a question to these repositories. */
    Optional<String> noted(String question) {
        return memo.known(key + " " + question, List.of());
    }

    /** Notes an answer of these repositories. */
    void note(String question, String answer) {
        memo.remember(key + " " + question, List.of(), answer);
    }

    /**
     * All versions that there are of each of some packages.
     *
     * @throws ProblemException KP215 when nobody may be asked, KP210 where there is no dnf, KP103 when it fails
     */
    List<RpmName> available(List<String> names) {
        if (offline) {
            throw offline(names);
        }
        List<String> line = dnf("repoquery", "--available", "--showduplicates", "--queryformat", QUERY);
        line.addAll(new TreeSet<>(names));
        List<RpmName> found = new ArrayList<>();
        CommandResult result = runner.run(Command.of(Path.of("/"), line), text -> {
            if (text.startsWith(MARK)) {
                RpmName.parse(text.substring(MARK.length())).ifPresent(found::add);
            }
        });
        if (!result.succeeded()) {
            throw failed("dnf repoquery", "dnf did not answer: " + String.join(" / ", result.output()) + ".");
        }
        return List.copyOf(found);
    }

    /** The problem of a package manager that may not be called. */
    static ProblemException offline(List<String> packages) {
        return ProblemException.input(new Problem(
                ProblemCode.OFFLINE,
                String.join(" ", packages),
                "Maven is offline, and these packages are neither installed nor in the cache.",
                "Go online, or install them: dnf install " + String.join(" ", packages)));
    }

    /**
     * One package, with the digest of its file.
     *
     * @throws ProblemException KP215 when it would have to be brought and may not, KP103 when dnf has it not
     */
    DistributionPackage find(String name) {
        String question = "package " + name;
        String answer = noted(question).orElseGet(() -> {
            String[] digest = new String[1];
            DistributionPackage unread = new DistributionPackage(name, "", "", -1);
            lock(unread).during("package " + name, () -> {
                Path file = file(unread).orElseGet(() -> download(unread));
                digest[0] = memo.sha256(file) + " " + file.toFile().length();
                return unread;
            });
            note(question, digest[0]);
            return digest[0];
        });
        String[] parts = answer.split(" ");
        return new DistributionPackage(name, "", parts[0], Long.parseLong(parts[1]));
    }

    /** The first of some paths at or below which a package has a file. */
    String place(DistributionPackage one, List<String> paths) {
        if (paths.size() == 1) {
            return paths.get(0);
        }
        String question = "place in " + one.sha256() + " of " + paths;
        return noted(question).orElseGet(() -> {
            String[] found = {paths.get(0)};
            read(one, file -> {
                List<String> files = RpmPackage.files(file);
                found[0] = paths.stream()
                        .filter(path -> files.stream()
                                .anyMatch(name -> new Piece.InPackage(one, path)
                                        .below(name)
                                        .isPresent()))
                        .findFirst()
                        .orElse(paths.get(0));
            });
            note(question, found[0]);
            return found[0];
        });
    }

    @Override
    public void read(DistributionPackage one, Consumer<Path> reading) {
        lock(one).during("package " + one.name(), () -> {
            Optional<Path> kept = file(one);
            if (kept.isPresent() && !memo.sha256(kept.get()).equals(one.sha256())) {
                cache.discard(kept.get(), "its SHA-256 is not that of what dnf brought");
                kept = Optional.empty();
            }
            reading.accept(kept.orElseGet(() -> download(one)));
            return one;
        });
    }

    @Override
    public void done(DistributionPackage one) {
        lock(one).ifFree(() -> {
            file(one).ifPresent(Folders::delete);
            return one;
        });
    }

    private ExclusiveLock lock(DistributionPackage one) {
        return cache.lock("package-" + key + "-" + one.name().replace(':', '_'));
    }

    private Path folder() {
        return cache.packages().resolve("rpm-" + key);
    }

    /** Names of files have no epoch. */
    private Optional<Path> file(DistributionPackage one) {
        return Optional.of(folder().resolve(one.name().replaceFirst("-\\d+:", "-") + ".rpm"))
                .filter(Files::isRegularFile);
    }

    private Path download(DistributionPackage one) {
        return cache.lock("packages").during("download of " + one.name(), () -> downloadAlone(one));
    }

    private Path downloadAlone(DistributionPackage one) {
        if (offline) {
            throw offline(List.of(one.name()));
        }
        Path partial = folder().resolve(".download");
        List<String> line = dnf("download", "--destdir", partial.toString());
        if (one.name().endsWith(".src")) {
            line.add("--source");
        } else if (one.name().contains("-debuginfo-")) {
            line.add("--debuginfo");
        }
        line.add(one.name());
        return new PackageDownload(one, line, Map.of(), partial, ".rpm")
                .into(
                        folder(),
                        runner,
                        progress,
                        result -> failed(
                                "dnf download " + one.name(),
                                "dnf did not bring the package: " + String.join(" / ", result.output()) + "."));
    }

    private static ProblemException failed(String where, String what) {
        return ProblemException.input(new Problem(
                ProblemCode.TOOL_FAILED,
                where,
                what,
                "Check the network, and that a repository has the package: source and debug packages are in repositories of"
                        + " their own."));
    }

    private List<String> dnf(String... arguments) {
        Path program = tools.find("dnf")
                .orElseThrow(
                        () -> ProblemException.input(
                                new Problem(
                                        ProblemCode.INPUT_MISSING,
                                        "kernel",
                                        "Not all pieces of the kernel are given, and this machine has no dnf to get RPM packages with.",
                                        "Install dnf and its plugin download (dnf-plugins-core), or give source, config, vmlinux and symvers.")));
        List<String> line = new ArrayList<>(List.of(program.toString(), "--quiet", "--assumeno"));
        config.ifPresent(file -> line.addAll(List.of("--config", file.toString())));
        line.addAll(List.of(arguments));
        return line;
    }
}
