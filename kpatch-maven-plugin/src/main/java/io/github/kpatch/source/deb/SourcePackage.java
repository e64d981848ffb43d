package io.github.kpatch.source.deb;

import io.github.kpatch.host.Archives;
import io.github.kpatch.host.Command;
import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Kernel source in a Debian source package: a {@code .dsc} and the files it names, which lie beside it. The tree is the one
 * that {@code dpkg-source -x} makes, without what that keeps for itself.
 *
 * <p>Source: dpkg-source(1), formats 1.0, 3.0 (native) and 3.0 (quilt).
 */
public final class SourcePackage {
    private static final String TAR = "\\.tar(\\.(gz|bz2|xz|lzma|zst))?";
    private static final Pattern COMPONENT = Pattern.compile(".*\\.orig-([A-Za-z0-9-]+)" + TAR);
    private static final String SIGNATURE = ".asc";
    private static final Pattern COMMENT = Pattern.compile("(^|\\s)#.*");
    private static final Pattern VARIABLE = Pattern.compile("(?m)^DEBIAN=([A-Za-z0-9._-]+)$");
    private static final Pattern LINK = Pattern.compile("\\[ ! -L '([^']+)' ] && ln -sf '([^']+)' '([^']+)'");
    private static final Pattern REMOVE = Pattern.compile("rm -f '([^']+)'");
    private static final Pattern EXECUTABLE = Pattern.compile("chmod \\+x '([^']+)'");

    private final Path file;
    private final SourceControl control;
    private final Archives archives;
    private final CommandRunner runner;

    private SourcePackage(Path file, Archives archives, CommandRunner runner) {
        this.file = file;
        this.control = SourceControl.of(file);
        this.archives = archives;
        this.runner = runner;
    }

    /** Whether a file is the control file of one. */
    public static boolean is(Path file) {
        return SourceControl.is(file);
    }

    /**
     * The package of that control file, all of whose files are there as it says.
     *
     * @throws ProblemException KP207 when the control file is malformed, KP210 and KP206 when a file is missing or another
     *     one, KP262 when its format is not known
     */
    public static SourcePackage open(Path file, Archives archives, CommandRunner runner) {
        SourcePackage source = new SourcePackage(file, archives, runner);
        source.control.files().forEach(source::check);
        if (!Set.of("1.0", "3.0 (native)", "3.0 (quilt)").contains(source.control.format())) {
            throw source.unknown("Its format is " + source.control.format() + ".");
        }
        return source;
    }

    /** The version of the package. */
    public String version() {
        return control.version();
    }

    private void check(SourceControl.Part part) {
        Path beside = beside(part);
        if (!Files.isRegularFile(beside)) {
            throw ProblemException.input(new Problem(
                    ProblemCode.INPUT_MISSING,
                    beside.toString(),
                    file.getFileName() + " names this file, and it is not there.",
                    "Put all files of the source package into one folder, as apt-get source --download-only does."));
        }
        String digest = Digests.of(beside);
        if (!digest.equals(part.sha256()) || beside.toFile().length() != part.size()) {
            throw ProblemException.input(
                    ProblemCode.CHECKSUM_MISMATCH,
                    beside.toString(),
                    "The SHA-256 should be " + part.sha256() + " by " + file.getFileName() + ", and is " + digest
                            + ".");
        }
    }

    private Path beside(SourceControl.Part part) {
        return file.resolveSibling(part.name());
    }

    /**
     * Writes the source out.
     *
     * @param scratch an empty folder on the same file system as {@code tree}
     * @param tree becomes the tree's root; not there yet
     * @throws ProblemException KP103 when a patch does not apply, KP262 when the package does more than is known
     */
    public void write(Path scratch, Path tree) {
        Optional<SourceControl.Part> original = control.ending(".*\\.orig" + TAR);
        if (original.isEmpty()) {
            unpack(part(".*(?<!\\.debian)" + TAR, "archive"), scratch, tree);
            return;
        }
        unpack(original.get(), scratch, tree);
        if (control.format().equals("1.0")) {
            differences(scratch, tree);
        } else {
            components(scratch, tree);
            Folders.delete(tree.resolve("debian"));
            Path debian = scratch.resolve("debian");
            archives.unpack(
                    "Unpacking the packaging",
                    beside(part(".*\\.debian" + TAR, "debian.tar")),
                    Optional.empty(),
                    debian);
            Folders.doing(tree, () -> {
                Folders.move(debian.resolve("debian"), tree.resolve("debian"));
                return tree;
            });
            Folders.delete(debian);
            series(tree);
        }
        reconstruct(tree);
    }

    private SourceControl.Part part(String pattern, String what) {
        return control.ending(pattern).orElseThrow(() -> unknown("It names no " + what + "."));
    }

    private void components(Path scratch, Path tree) {
        for (SourceControl.Part part : control.files()) {
            Matcher name = COMPONENT.matcher(part.name());
            if (name.matches() && !part.name().endsWith(SIGNATURE)) {
                Path place = tree.resolve(name.group(1));
                Folders.delete(place);
                unpack(part, scratch, place);
            }
        }
    }

    /** An archive's one folder becomes {@code place}; an archive of several entries is all of it. */
    private void unpack(SourceControl.Part part, Path scratch, Path place) {
        Path unpacked = scratch.resolve("unpacked");
        archives.unpack("Unpacking the kernel source", beside(part), Optional.of(part.sha256()), unpacked);
        List<Path> entries = Folders.list(unpacked);
        Path root = entries.size() == 1 && Files.isDirectory(entries.get(0), LinkOption.NOFOLLOW_LINKS)
                ? entries.get(0)
                : unpacked;
        Folders.doing(place, () -> {
            Folders.move(root, place);
            return place;
        });
        Folders.delete(unpacked);
    }

    private void differences(Path scratch, Path tree) {
        Optional<SourceControl.Part> part = control.ending(".*\\.diff\\.(gz|bz2|xz)");
        if (part.isEmpty()) {
            return;
        }
        Path packed = beside(part.get());
        Path patch = scratch.resolve("differences");
        Folders.write(
                patch,
                Archives.decompressed(packed.toString(), Folders.doing(packed, () -> Files.readAllBytes(packed))));
        apply(part.get().name(), patch, tree);
        Folders.delete(patch);
        Folders.doing(tree, () -> {
            makeExecutable(tree.resolve("debian/rules"));
            return tree;
        });
    }

    private void series(Path tree) {
        Path patches = tree.resolve("debian/patches");
        Path series = patches.resolve("debian.series");
        if (!Files.isRegularFile(series)) {
            series = patches.resolve("series");
        }
        if (!Files.isRegularFile(series)) {
            return;
        }
        for (String line : lines(series)) {
            String[] words = COMMENT.matcher(line).replaceFirst("").strip().split("\\s+");
            if (words[0].isEmpty()) {
                continue;
            }
            if (words.length > 2 || (words.length == 2 && !words[1].equals("-p1"))) {
                throw unknown("Its series has the line '" + line.strip() + "'.");
            }
            Path patch = patches.resolve(words[0]).normalize();
            if (!patch.startsWith(patches) || !Files.isRegularFile(patch, LinkOption.NOFOLLOW_LINKS)) {
                throw unknown("Its series names " + words[0] + ", which it has not.");
            }
            apply(words[0], patch, tree);
        }
    }

    /** As dpkg-source has it: no line of context may differ. */
    private void apply(String name, Path patch, Path tree) {
        CommandResult result = runner.run(Command.of(
                tree,
                "patch",
                "--batch",
                "--forward",
                "--unified",
                "--silent",
                "--remove-empty-files",
                "--no-backup-if-mismatch",
                "-p1",
                "-F0",
                "-i",
                patch.toString()));
        if (!result.succeeded()) {
            throw ProblemException.input(new Problem(
                    ProblemCode.TOOL_FAILED,
                    file + ", " + name,
                    "patch ended with code " + result.exitCode() + ": " + String.join(" / ", result.output()) + ".",
                    "Give the source as dpkg-source -x leaves it, as a folder."));
        }
    }

    /**
     * A difference knows no links, no removed empty files and no executable bits. Ubuntu's kernels bring a script that
     * mends these, which its packaging runs before all else; its lines are few in kind, and nothing else is run.
     */
    private void reconstruct(Path tree) {
        Path variables = tree.resolve("debian/debian.env");
        if (!Files.isRegularFile(variables)) {
            return;
        }
        Matcher folder = VARIABLE.matcher(String.join("\n", lines(variables)));
        Path script = tree.resolve(folder.find() ? folder.group(1) : "debian").resolve("reconstruct");
        if (!Files.isRegularFile(script)) {
            return;
        }
        List<String> others = new ArrayList<>();
        for (String line : lines(script)) {
            if (!line.isBlank() && !line.startsWith("#") && !line.equals("exit 0") && !isDone(line.strip(), tree)) {
                others.add(line.strip());
            }
        }
        if (!others.isEmpty()) {
            throw unknown("Its script reconstruct has the line '" + others.get(0) + "'.");
        }
    }

    private boolean isDone(String line, Path tree) {
        Matcher link = LINK.matcher(line);
        Matcher remove = REMOVE.matcher(line);
        Matcher executable = EXECUTABLE.matcher(line);
        return Folders.doing(tree, () -> {
            if (link.matches() && link.group(1).equals(link.group(3))) {
                Path place = inside(tree, link.group(1));
                inside(
                        tree,
                        tree.relativize(place.resolveSibling(link.group(2))).toString());
                Files.createDirectories(place.getParent());
                Files.deleteIfExists(place);
                Files.createSymbolicLink(place, Path.of(link.group(2)));
            } else if (remove.matches()) {
                Files.deleteIfExists(inside(tree, remove.group(1)));
            } else if (executable.matches()) {
                makeExecutable(inside(tree, executable.group(1)));
            } else {
                return false;
            }
            return true;
        });
    }

    private static void makeExecutable(Path path) throws IOException {
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
            permissions.add(PosixFilePermission.OWNER_EXECUTE);
            Files.setPosixFilePermissions(path, permissions);
        }
    }

    private Path inside(Path tree, String path) {
        Path place = tree.resolve(path).normalize();
        if (!place.startsWith(tree) || place.equals(tree)) {
            throw ProblemException.input(
                    ProblemCode.ARCHIVE_UNSAFE,
                    file.toString(),
                    "Its script reconstruct leaves the tree by " + path + ".");
        }
        return place;
    }

    private static List<String> lines(Path text) {
        return Folders.doing(text, () -> Files.readAllLines(text, StandardCharsets.ISO_8859_1));
    }

    private ProblemException unknown(String what) {
        return ProblemException.input(new Problem(
                ProblemCode.SOURCE_RECIPE_UNKNOWN,
                file.toString(),
                what,
                "Give the source as dpkg-source -x leaves it, as a folder."));
    }
}
