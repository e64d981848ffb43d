package io.github.kpatch.source.rpm;

import io.github.kpatch.host.ArchiveEntry;
import io.github.kpatch.host.Archives;
import io.github.kpatch.host.Command;
import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Kernel source in a source package of RPM: an archive and patches, which the package's spec puts together. The archive is
 * found by what it holds, since distributions name and lay it out as they like.
 */
public final class SourceRpm {
    private static final Pattern ARCHIVE = Pattern.compile(".*\\.(tar(\\.\\w+)?|tgz|tbz2?|txz)");
    private static final Set<String> TOP = Set.of("Makefile", "Kconfig");

    /** Red Hat's function leaves out a patch of up to so many lines. */
    private static final int LINES_OF_AN_EMPTY_PATCH = 9;

    /** How many lines of context may differ: what a distribution's own tools allow. */
    private static final int FUZZ = 1;

    private final Archives archives;
    private final CommandRunner runner;

    /**
     * @param archives reads the package and what is in it
     * @param runner runs patch
     */
    public SourceRpm(Archives archives, CommandRunner runner) {
        this.archives = archives;
        this.runner = runner;
    }

    /**
     * Writes out the source as the spec leaves it.
     *
     * @param sha256 what the package's SHA-256 must be
     * @param scratch an empty folder on the same file system as {@code tree}
     * @param tree becomes the tree's root; not there yet
     * @throws ProblemException KP262 when the package has no such archive or its spec does more than apply patches, KP103
     *     when a patch does not apply
     */
    public void write(Path file, String sha256, Path scratch, Path tree) {
        Path content = scratch.resolve("package");
        archives.unpack("Reading " + file.getFileName(), file, Optional.of(sha256), content);
        List<Path> files = Folders.list(content);
        Path spec = only(
                file,
                files.stream()
                        .filter(one -> one.getFileName().toString().endsWith(".spec"))
                        .toList(),
                "spec");
        List<SpecFile.PatchStep> steps = SpecFile.patches(
                file + ", " + spec.getFileName(),
                Folders.doing(spec, () -> new String(Files.readAllBytes(spec), StandardCharsets.UTF_8)));
        Map<Path, String> trees = new TreeMap<>();
        files.stream()
                .filter(one -> ARCHIVE.matcher(one.getFileName().toString()).matches())
                .forEach(one -> top(one).ifPresent(folder -> trees.put(one, folder)));
        Path archive = only(file, List.copyOf(trees.keySet()), "archive with Makefile and Kconfig");
        Path unpacked = scratch.resolve("unpacked");
        archives.unpack("Unpacking the kernel source", archive, Optional.empty(), unpacked);
        Path root = unpacked.resolve(trees.get(archive));
        steps.forEach(step -> apply(file, content, step, root));
        Folders.doing(tree, () -> {
            Folders.move(root, tree);
            return tree;
        });
        Folders.delete(unpacked);
        Folders.delete(content);
    }

    private static Path only(Path file, List<Path> found, String what) {
        if (found.size() != 1) {
            throw ProblemException.input(Problem.of(
                    ProblemCode.SOURCE_RECIPE_UNKNOWN,
                    file.toString(),
                    found.isEmpty()
                            ? "The package has no " + what + "."
                            : "The package has more than one " + what + ": "
                                    + String.join(
                                            ", ",
                                            found.stream()
                                                    .map(one ->
                                                            one.getFileName().toString())
                                                    .toList())
                                    + "."));
        }
        return found.get(0);
    }

    /** The uppermost folder of an archive that holds what a kernel's source does; each architecture's holds the same two files. */
    private Optional<String> top(Path archive) {
        Map<String, Set<String>> found = new TreeMap<>(Comparator.comparing((String folder) -> folder.split("/").length)
                .thenComparing(folder -> folder));
        archives.read("Looking into " + archive.getFileName(), archive, Optional.empty(), new Archives.Visitor() {
            @Override
            public void visit(ArchiveEntry entry, InputStream content) {
                int slash = entry.name().lastIndexOf('/');
                String name = entry.name().substring(slash + 1);
                if (TOP.contains(name)) {
                    found.computeIfAbsent(entry.name().substring(0, Math.max(0, slash)), folder -> new TreeSet<>())
                            .add(name);
                }
            }

            @Override
            public boolean wantsMore() {
                return found.entrySet().stream()
                        .noneMatch(one ->
                                one.getKey().indexOf('/') < 0 && one.getValue().equals(TOP));
            }
        });
        return found.entrySet().stream()
                .filter(one -> one.getValue().equals(TOP))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private void apply(Path file, Path content, SpecFile.PatchStep step, Path root) {
        Path patch = content.resolve(step.file());
        if (!patch.normalize().startsWith(content) || !Files.isRegularFile(patch)) {
            throw ProblemException.input(Problem.of(
                    ProblemCode.SOURCE_RECIPE_UNKNOWN,
                    file.toString(),
                    "The spec applies " + step.file() + ", which is not in the package."));
        }
        byte[] text = Folders.doing(patch, () -> Files.readAllBytes(patch));
        if (step.optional()
                && new String(text, StandardCharsets.ISO_8859_1).lines().count() <= LINES_OF_AN_EMPTY_PATCH) {
            return;
        }
        Folders.write(patch, Archives.decompressed(step.file(), text));
        CommandResult result = runner.run(Command.of(
                root,
                "patch",
                "--batch",
                "--forward",
                "--no-backup-if-mismatch",
                "-p" + step.strip(),
                "-F" + FUZZ,
                "-i",
                patch.toString()));
        if (!result.succeeded()) {
            throw ProblemException.input(new Problem(
                    ProblemCode.TOOL_FAILED,
                    file + ", " + step.file(),
                    "patch ended with code " + result.exitCode() + ": " + String.join(" / ", result.output()) + ".",
                    "Give the source with its patches applied."));
        }
    }
}
