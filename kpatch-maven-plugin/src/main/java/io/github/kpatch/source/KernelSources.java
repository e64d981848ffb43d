package io.github.kpatch.source;

import io.github.kpatch.host.Archives;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.RpmPackage;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.deb.SourcePackage;
import io.github.kpatch.source.rpm.SourceRpm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Opens the forms that kernel source comes in: a folder, an archive, an archive inside a Debian package, a source package
 * of Debian or of RPM.
 */
final class KernelSources {
    private final Archives archives;
    private final FileMemo memo;
    private final PackageStore packages;
    private final KernelCache cache;
    private final CommandRunner runner;

    KernelSources(Archives archives, FileMemo memo, PackageStore packages, KernelCache cache, CommandRunner runner) {
        this.runner = runner;
        this.archives = archives;
        this.memo = memo;
        this.packages = packages;
        this.cache = cache;
    }

    /** The source of a kernel, with its identity but not yet written out. */
    KernelSource open(KernelPieces pieces) {
        if (pieces.source() instanceof Piece.InPackage inside) {
            return inside.path().isEmpty()
                    ? sourcePackage(inside.container(), pieces.sourceVersion())
                    : inPackage(inside.container());
        }
        if (pieces.source() instanceof Piece.Together several) {
            return together(several, pieces.sourceVersion());
        }
        if (pieces.source() instanceof KitPiece beside) {
            return new KernelSource(
                    beside.sha256(),
                    pieces.sourceVersion(),
                    false,
                    false,
                    beside.toString(),
                    Optional.of(beside::file),
                    (scratch, tree) -> unpack(beside.file(), beside.sha256(), scratch, tree));
        }
        Path path = ((Piece.OnDisk) pieces.source()).path();
        if (Files.isDirectory(path)) {
            SourceFolder folder = new SourceFolder(path);
            String digest = memo.recall("source folder " + folder.listing(), List.of(), folder::digest);
            return new KernelSource(
                    digest,
                    Optional.empty(),
                    false,
                    SourceFolder.wasBuiltIn(path),
                    path.toString(),
                    Optional.empty(),
                    (scratch, tree) -> folder.copy(tree, digest));
        }
        if (!Files.isRegularFile(path)) {
            throw ProblemException.input(
                    ProblemCode.INPUT_MISSING, path.toString(), "There is no such file or folder.");
        }
        String digest = checkedDigest(path, pieces.sourceSha256());
        if (Archives.isDebianPackage(path)) {
            String version = Archives.control(path).get("Version");
            return inner(digest, version, path.toString(), reading -> reading.accept(path));
        }
        if (SourcePackage.is(path)) {
            SourcePackage source = SourcePackage.open(path, archives, runner);
            return new KernelSource(
                    digest,
                    Optional.of(source.version()),
                    false,
                    false,
                    path.toString(),
                    Optional.empty(),
                    source::write);
        }
        Optional<String> rpmVersion =
                RpmPackage.is(path) ? Optional.of(RpmPackage.read(path).versionRelease()) : Optional.empty();
        return new KernelSource(
                digest,
                rpmVersion.or(pieces::sourceVersion),
                rpmVersion.isPresent(),
                false,
                path.toString(),
                Optional.of(() -> path),
                (scratch, tree) -> unpack(path, digest, scratch, tree));
    }

    /** Reads what is given of the source, in front of all long work. */
    void checkGiven(KernelPieces pieces) {
        if (pieces.source() instanceof Piece.OnDisk) {
            open(pieces);
        }
    }

    private String checkedDigest(Path file, Optional<String> pinned) {
        String digest = memo.sha256(file);
        if (pinned.isPresent() && !pinned.get().toLowerCase(Locale.ROOT).equals(digest)) {
            throw ProblemException.input(
                    ProblemCode.CHECKSUM_MISMATCH,
                    file.toString(),
                    "The SHA-256 should be " + pinned.get() + " and is " + digest + ".");
        }
        return digest;
    }

    /** A source package of RPM is itself the archive. */
    private KernelSource sourcePackage(DistributionPackage container, Optional<String> version) {
        Supplier<Path> brought = () -> {
            Path[] found = new Path[1];
            packages.read(container, file -> found[0] = file);
            return found[0];
        };
        return new KernelSource(
                container.sha256(),
                version,
                true,
                false,
                container.toString(),
                Optional.of(brought),
                (scratch, tree) -> packages.read(container, file -> unpack(file, container.sha256(), scratch, tree)));
    }

    /** A tree whose files are in several packages. */
    private KernelSource together(Piece.Together several, Optional<String> version) {
        return new KernelSource(
                Digests.of(several.parts().stream()
                        .map(part -> part.container().sha256() + " " + part.path())
                        .toList()),
                version,
                true,
                false,
                several.toString(),
                Optional.empty(),
                (scratch, tree) -> several.parts()
                        .forEach(part -> packages.read(part.container(), file -> {
                            Path unpacked = scratch.resolve("unpacked");
                            archives.unpack(
                                    "Unpacking the kernel source",
                                    file,
                                    Optional.of(part.container().sha256()),
                                    unpacked);
                            Folders.doing(tree, () -> {
                                merge(unpacked.resolve(part.path()), tree);
                                return tree;
                            });
                            Folders.delete(unpacked);
                        })));
    }

    private static void merge(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            throw ProblemException.input(
                    ProblemCode.INPUT_MISSING, from.getFileName().toString(), "The package has no such folder.");
        }
        Files.createDirectories(to);
        try (Stream<Path> entries = Files.list(from)) {
            for (Path entry : (Iterable<Path>) entries.sorted()::iterator) {
                Path target = to.resolve(entry.getFileName());
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
                        && Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                    merge(entry, target);
                } else {
                    Files.move(entry, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private KernelSource inPackage(DistributionPackage container) {
        return inner(
                container.sha256(),
                container.version(),
                container.toString(),
                reading -> packages.read(container, reading));
    }

    /**
     * The archive in the package, not the package, is the source's identity: the same whether the package is installed,
     * downloaded or given.
     *
     * @param debianPackage shows the package's file to whom it is given
     */
    private KernelSource inner(
            String packageDigest, String version, String origin, Consumer<Consumer<Path>> debianPackage) {
        Path archive = cache.sourceArchive(packageDigest);
        String digest = memo.recall("archive in package " + packageDigest, List.of(), () -> {
            extract(debianPackage, packageDigest, archive);
            return memo.sha256(archive);
        });
        Supplier<Path> brought = () -> {
            if (Files.isRegularFile(archive) && !memo.sha256(archive).equals(digest)) {
                cache.discard(archive, "its SHA-256 is not that of what was put there");
            }
            extract(debianPackage, packageDigest, archive);
            return archive;
        };
        return new KernelSource(
                digest,
                Optional.of(version),
                false,
                false,
                origin,
                Optional.of(brought),
                (scratch, tree) -> unpack(brought.get(), digest, scratch, tree));
    }

    private void extract(Consumer<Consumer<Path>> debianPackage, String packageDigest, Path archive) {
        cache.lock("source-" + packageDigest).during("package of the kernel source", () -> {
            if (!Files.isRegularFile(archive)) {
                debianPackage.accept(file -> extractAlone(file, packageDigest, archive));
            }
            return archive;
        });
    }

    private void extractAlone(Path debianPackage, String packageDigest, Path archive) {
        Path partial = archive.resolveSibling(archive.getFileName() + ".partial");
        Folders.make(archive.getParent());
        Folders.delete(partial);
        MessageDigest digest = Digests.sha256();
        try {
            archives.read(
                    "Reading " + debianPackage.getFileName(),
                    debianPackage,
                    Optional.of(packageDigest),
                    (entry, content) -> {
                        if (Distributions.isSourceArchive(entry.name())) {
                            Files.copy(
                                    new DigestInputStream(content, digest),
                                    partial,
                                    StandardCopyOption.REPLACE_EXISTING);
                        }
                    });
            if (!Files.exists(partial)) {
                throw ProblemException.input(
                        ProblemCode.INPUT_MISSING,
                        debianPackage.toString(),
                        "The package holds no archive of kernel source in usr/src.");
            }
            Folders.doing(archive, () -> {
                Folders.move(partial, archive);
                return archive;
            });
            memo.remember("sha256", List.of(archive), Digests.hex(digest));
        } finally {
            Folders.delete(partial);
        }
    }

    private void unpack(Path archive, String digest, Path scratch, Path tree) {
        if (RpmPackage.is(archive)) {
            new SourceRpm(archives, runner).write(archive, digest, scratch, tree);
            return;
        }
        Path unpacked = scratch.resolve("unpacked");
        memo.remember(
                "sha256",
                List.of(archive),
                archives.unpack("Unpacking the kernel source", archive, Optional.of(digest), unpacked));
        Folders.doing(tree, () -> {
            Folders.move(root(unpacked), tree);
            return tree;
        });
        Folders.delete(unpacked);
    }

    /** Archives of kernel source hold one folder; those that do not hold the tree itself. */
    private static Path root(Path unpacked) throws IOException {
        try (Stream<Path> entries = Files.list(unpacked)) {
            List<Path> all = entries.toList();
            return all.size() == 1 && Files.isDirectory(all.get(0)) ? all.get(0) : unpacked;
        }
    }
}
