package io.github.kpatch.source.deb;

import io.github.kpatch.host.Command;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.ExclusiveLock;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Tools;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.DistributionPackage;
import io.github.kpatch.source.KernelCache;
import io.github.kpatch.source.PackageDownload;
import io.github.kpatch.source.PackageStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Debian's packages, through its own tools, as any user: dpkg's list for what is installed, {@code apt-cache} for
 * what there is, {@code apt-get download} for files, which checks them against the signed lists. Nothing is installed.
 *
 * <p>Answers are remembered as long as the package manager's own files are untouched. Packages are remembered for ever:
 * a name with a version never changes what it means.
 */
final class AptPackages implements PackageStore {
    private static final String DOWNLOAD = ".download-";

    /** A line of {@code apt-config shell}. */
    private static final Pattern VALUE = Pattern.compile("(?m)^[A-Z]+='([^']+)'$");

    /** What a package file that is not what was downloaded shows itself by. */
    private static final Set<ProblemCode> DAMAGE =
            Set.of(ProblemCode.CHECKSUM_MISMATCH, ProblemCode.ARCHIVE_DAMAGED, ProblemCode.ARCHIVE_UNSAFE);

    private final KernelCache cache;
    private final CommandRunner runner;
    private final Progress progress;
    private final Tools tools;
    private final FileMemo memo;
    private final boolean offline;
    private final Optional<Path> config;
    private final Path root;

    /** Tells answers by one configuration from those by another. */
    private final String key;

    private List<Path> configured = List.of();

    /** What was asked for, in the order in which it will be fetched. */
    private final List<DistributionPackage> wanted = new ArrayList<>();

    /**
     * @param tools finds the package manager
     * @param offline whether no package manager may be called
     * @param config apt's configuration file; empty for the machine's
     * @param root the machine's root folder
     */
    AptPackages(
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
        this.memo = cache.memo();
        this.tools = tools;
        this.offline = offline;
        this.config = config.map(Path::toAbsolutePath);
        this.root = root;
        this.key = this.config
                .map(file -> "by " + file + " " + Digests.of(file) + ": ")
                .orElse("");
    }

    /** Whether the machine has Debian's tools and they may be asked. */
    boolean canAsk() {
        return !offline && tools.find("apt-cache").isPresent();
    }

    /** Whether no package manager may be called. */
    boolean isOffline() {
        return offline;
    }

    /** Notes an answer for when nobody can be asked. */
    void noteAnswer(String question, String answer) {
        memo.remember(key + question, List.of(), answer);
    }

    /** The last answer to a question, however old. */
    Optional<String> lastAnswer(String question) {
        return memo.known(key + question, List.of());
    }

    /**
     * The version of an installed package, from dpkg's own list: to read it no package manager need be called. What is
     * installed here has nothing to do with what apt is to look at by another configuration.
     */
    Optional<String> installed(String name) {
        if (config.isPresent()) {
            return Optional.empty();
        }
        Path status = dpkgStatus();
        String version = memo.recall(key + "installed " + name, List.of(status), () -> {
            if (!Files.isRegularFile(status)) {
                return "";
            }
            String text = Folders.doing(status, () -> Files.readString(status, StandardCharsets.UTF_8));
            return stanzas(text).stream()
                    .filter(fields -> name.equals(fields.get("Package")))
                    .filter(fields -> "install ok installed".equals(fields.get("Status"))
                            || "hold ok installed".equals(fields.get("Status")))
                    .map(fields -> fields.getOrDefault("Version", ""))
                    .findFirst()
                    .orElse("");
        });
        return Optional.of(version).filter(found -> !found.isEmpty());
    }

    /** All package names that begin with {@code prefix} and for which there is a package. */
    List<String> names(String prefix) {
        return ask(List.of("apt-cache", "search", "--names-only", "^" + prefix.replace("+", "\\+")), aptFiles())
                .lines()
                .map(line -> line.split(" ", 2)[0])
                .filter(name -> name.startsWith(prefix))
                .sorted()
                .toList();
    }

    /** The fields of the version of a package that apt would install, by name. */
    Optional<Map<String, String>> candidate(String name) {
        return stanzas(ask(List.of("apt-cache", "--no-all-versions", "show", name), aptFiles())).stream()
                .filter(fields -> name.equals(fields.get("Package")))
                .findFirst();
    }

    /** All versions of a package that there are, the one apt prefers first. */
    List<String> versions(String name) {
        return stanzas(ask(List.of("apt-cache", "show", name), aptFiles())).stream()
                .filter(fields -> name.equals(fields.get("Package")))
                .map(fields -> fields.get("Version"))
                .toList();
    }

    /** All versions that there are of each of some packages. */
    Map<String, Set<String>> allVersions(Collection<String> names) {
        List<String> line = new ArrayList<>(List.of("apt-cache", "show"));
        line.addAll(names);
        Map<String, Set<String>> versions = new TreeMap<>();
        for (Map<String, String> fields : stanzas(ask(line, aptFiles()))) {
            if (fields.containsKey("Package") && fields.containsKey("Version")) {
                versions.computeIfAbsent(fields.get("Package"), name -> new TreeSet<>())
                        .add(fields.get("Version"));
            }
        }
        return versions;
    }

    /** The source package that a package was built from, if apt has that version or it was asked before. */
    Optional<String> sourceOf(String name, String version) {
        String question = "source of " + name + "=" + version;
        if (!canAsk()) {
            return lastAnswer(question);
        }
        Optional<String> source = stanzas(ask(List.of("apt-cache", "show", name), aptFiles())).stream()
                .filter(fields -> name.equals(fields.get("Package")) && version.equals(fields.get("Version")))
                .map(fields -> fields.getOrDefault("Source", name).replaceFirst(" .*", ""))
                .findFirst();
        source.ifPresent(found -> noteAnswer(question, found));
        return source;
    }

    /** One package in one version, if it is in the cache, was seen before, or apt has it. */
    Optional<DistributionPackage> find(String name, String version) {
        String question = key + "package " + name + "=" + version;
        Optional<DistributionPackage> found = memo.known(question, List.of()).map(text -> parse(name, version, text));
        if (found.isEmpty() && canAsk()) {
            found = stanzas(ask(List.of("apt-cache", "show", name), aptFiles())).stream()
                    .filter(fields -> name.equals(fields.get("Package")) && version.equals(fields.get("Version")))
                    .filter(fields -> fields.containsKey("SHA256"))
                    .map(fields -> fields.get("SHA256") + " " + fields.getOrDefault("Size", "-1"))
                    .findFirst()
                    .map(text -> {
                        memo.remember(question, List.of(), text);
                        return parse(name, version, text);
                    });
        }
        if (found.isEmpty()) {
            found = fileInCache(name, version);
        }
        found.ifPresent(wanted::add);
        return found;
    }

    /** A package known by its file alone, which is remembered when the file is not needed any more. */
    private Optional<DistributionPackage> fileInCache(String name, String version) {
        String question = "package file " + name + "=" + version;
        file(name, version::equals)
                .ifPresent(file -> memo.remember(
                        question,
                        List.of(),
                        memo.sha256(file) + " " + file.toFile().length()));
        return memo.known(question, List.of()).map(text -> parse(name, version, text));
    }

    /** The version of a package of which the cache holds a file, the last by name. */
    Optional<String> downloaded(String name) {
        return file(name, version -> true).map(AptPackages::versionOf);
    }

    /** The problem of a package manager that may not be called. */
    static ProblemException offline(List<String> selectors) {
        return ProblemException.input(new Problem(
                ProblemCode.OFFLINE,
                String.join(" ", selectors),
                "Maven is offline, and these packages are neither installed nor in the cache.",
                "Go online, or install them: apt-get install " + String.join(" ", selectors)));
    }

    @Override
    public void read(DistributionPackage one, Consumer<Path> reading) {
        lock(one).during("package " + one.name(), () -> {
            Optional<Path> kept = file(one);
            if (kept.isEmpty() || !isRead(kept.get(), reading)) {
                reading.accept(download(one));
            }
            return one;
        });
    }

    private boolean isRead(Path kept, Consumer<Path> reading) {
        try {
            reading.accept(kept);
            return true;
        } catch (ProblemException e) {
            if (e.problems().stream().noneMatch(problem -> DAMAGE.contains(problem.code()))) {
                throw e;
            }
            cache.discard(kept, e.getMessage());
            return false;
        }
    }

    @Override
    public void done(DistributionPackage one) {
        lock(one).ifFree(() -> {
            file(one).ifPresent(Folders::delete);
            return one;
        });
    }

    /** Held as long as the file is used. Who holds it may wait for the lock of all downloads, never the other way round. */
    private ExclusiveLock lock(DistributionPackage one) {
        return cache.lock("package-" + one);
    }

    private Path download(DistributionPackage one) {
        return cache.lock("packages").during("download of " + one.name(), () -> downloadAlone(one));
    }

    private Path downloadAlone(DistributionPackage one) {
        if (offline) {
            List<DistributionPackage> rest = wanted.subList(Math.max(0, wanted.indexOf(one)), wanted.size());
            throw offline(rest.stream()
                    .filter(other -> file(other).isEmpty())
                    .map(DistributionPackage::toString)
                    .toList());
        }
        Folders.make(cache.packages());
        list(cache.packages(), name -> name.startsWith(DOWNLOAD)).forEach(Folders::delete);
        List<String> line = List.of(program("apt-get").toString(), "download", one.toString());
        return new PackageDownload(one, line, environment(), cache.packages().resolve(DOWNLOAD + one.name()), ".deb")
                .into(
                        cache.packages(),
                        runner,
                        progress,
                        result -> ProblemException.input(new Problem(
                                ProblemCode.TOOL_FAILED,
                                "apt-get download " + one.toString(),
                                "apt-get did not bring the package: " + String.join(" / ", result.output()) + ".",
                                "Check the network; if apt's lists are old, run apt-get update.")));
    }

    private Optional<Path> file(DistributionPackage one) {
        return file(one.name(), one.version()::equals);
    }

    private Optional<Path> file(String name, Predicate<String> version) {
        return list(cache.packages(), file -> file.startsWith(name + "_") && file.endsWith(".deb")).stream()
                .filter(file -> version.test(versionOf(file)))
                .reduce((first, second) -> second);
    }

    /** Package files are named {@code name_version_architecture.deb}, a colon in the version as {@code %3a}. */
    private static String versionOf(Path file) {
        String[] parts = file.getFileName().toString().split("_");
        return parts.length < 2 ? "" : parts[1].replace("%3a", ":");
    }

    private static List<Path> list(Path folder, Predicate<String> name) {
        return Folders.list(folder).stream()
                .filter(file -> name.test(file.getFileName().toString()))
                .toList();
    }

    private static DistributionPackage parse(String name, String version, String text) {
        String[] parts = text.split(" ");
        return new DistributionPackage(name, version, parts[0], Long.parseLong(parts[1]));
    }

    private String ask(List<String> line, List<Path> files) {
        Path program = program(line.get(0));
        List<Path> dependencies = new ArrayList<>(files);
        dependencies.add(program);
        return memo.recall(key + String.join(" ", line), dependencies, () -> {
            StringBuilder output = new StringBuilder();
            List<String> exact = new ArrayList<>(line);
            exact.set(0, program.toString());
            Command command = Command.of(Path.of("/"), exact);
            for (Map.Entry<String, String> variable : environment().entrySet()) {
                command = command.with(variable.getKey(), variable.getValue());
            }
            runner.run(command, text -> output.append(text).append('\n'));
            return output.toString();
        });
    }

    private Path program(String name) {
        return tools.find(name)
                .orElseThrow(() -> ProblemException.input(new Problem(
                        ProblemCode.INPUT_MISSING,
                        "kernel",
                        "Not all pieces of the kernel are given, and this machine has no " + name
                                + " to get Debian's packages with.",
                        "Give source, config, vmlinux and symvers.")));
    }

    /** apt takes no option for its main configuration file. */
    private Map<String, String> environment() {
        return config.map(file -> Map.of("APT_CONFIG", file.toString())).orElse(Map.of());
    }

    /** What apt says where it looks; what it has by another configuration lies in other places. */
    private List<Path> configuredFiles(Path file) {
        StringBuilder output = new StringBuilder();
        Command command = Command.of(
                        Path.of("/"),
                        program("apt-config").toString(),
                        "shell",
                        "LISTS",
                        "Dir::State::lists/d",
                        "STATUS",
                        "Dir::State::status/f",
                        "SOURCES",
                        "Dir::Etc::sourcelist/f",
                        "PARTS",
                        "Dir::Etc::sourceparts/d")
                .with("APT_CONFIG", file.toString());
        runner.run(command, text -> output.append(text).append('\n'));
        List<Path> files = new ArrayList<>(List.of(file));
        Matcher values = VALUE.matcher(output);
        while (values.find()) {
            files.add(Path.of(values.group(1)));
        }
        return files;
    }

    private List<Path> aptFiles() {
        if (config.isPresent() && configured.isEmpty()) {
            configured = configuredFiles(config.get());
        }
        if (config.isPresent()) {
            return configured;
        }
        return List.of(
                root.resolve("var/lib/apt/lists"),
                dpkgStatus(),
                root.resolve("etc/apt/sources.list"),
                root.resolve("etc/apt/sources.list.d"),
                root.resolve("etc/apt/preferences"),
                root.resolve("etc/apt/preferences.d"));
    }

    private Path dpkgStatus() {
        return root.resolve("var/lib/dpkg/status");
    }

    private static List<Map<String, String>> stanzas(String output) {
        List<Map<String, String>> stanzas = new ArrayList<>();
        for (String stanza : output.split("\n\n+")) {
            Map<String, String> fields = new TreeMap<>();
            for (String line : stanza.split("\n")) {
                int colon = line.indexOf(": ");
                if (colon > 0 && !Character.isWhitespace(line.charAt(0))) {
                    fields.put(line.substring(0, colon), line.substring(colon + 2));
                }
            }
            stanzas.add(fields);
        }
        return stanzas;
    }
}
