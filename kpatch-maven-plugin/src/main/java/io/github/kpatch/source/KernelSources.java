package io.github.kpatch.source;

import io.github.kpatch.host.Archives;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Opens the forms that kernel source comes in: a folder, an archive, or an archive inside a Debian package. */
final class KernelSources {
    private static final Pattern ARCHIVE_IN_PACKAGE = Pattern.compile("usr/src/linux-[^/]*\\.tar(\\.\\w+)?");

    private final Archives archives;
    private final FileMemo memo;
    private final PackageStore packages;
    private final KernelCache cache;

    KernelSources(Archives archives, FileMemo memo, PackageStore packages, KernelCache cache) {
        this.archives = archives;
        this.memo = memo;
        this.packages = packages;
        this.cache = cache;
    }

    /** The source of a kernel, with its identity but not yet written out. */
    KernelSource open(KernelPieces pieces) {
        if (pieces.source() instanceof Piece.InPackage inside) {
            return inPackage(inside.container());
        }
        Path path = ((Piece.OnDisk) pieces.source()).path();
        if (Files.isDirectory(path)) {
            SourceFolder folder = new SourceFolder(path);
            String digest = memo.recall("source folder " + folder.listing(), List.of(), folder::digest);
            return new KernelSource(
                    digest,
                    Optional.empty(),
                    SourceFolder.wasBuiltIn(path),
                    path.toString(),
                    (scratch, tree) -> folder.copy(tree, digest));
        }
        if (!Files.isRegularFile(path)) {
            throw ProblemException.input(
                    ProblemCode.INPUT_MISSING, path.toString(), "There is no such file or folder.");
        }
        String digest = checkedDigest(path, pieces.sourceSha256());
        if (Archives.isDebianPackage(path)) {
            String version = Archives.control(path).get("Version");
            return inner(digest, version, path.toString(), () -> path);
        }
        return new KernelSource(
                digest,
                pieces.sourceVersion(),
                false,
                path.toString(),
                (scratch, tree) -> unpack(path, digest, scratch, tree));
    }

    private String checkedDigest(Path file, Optional<String> pinned) {
        Optional<String> wanted = pinned.map(sha256 -> sha256.toLowerCase(Locale.ROOT));
        Optional<String> known = memo.known("sha256", List.of(file));
        if (known.isPresent() && wanted.isPresent() && !known.equals(wanted)) {
            throw ProblemException.input(
                    ProblemCode.CHECKSUM_MISMATCH,
                    file.toString(),
                    "The SHA-256 should be " + wanted.get() + " and is " + known.get() + ".");
        }
        // A pinned digest is believed here and checked in the pass that unpacks.
        return known.or(() -> wanted).orElseGet(() -> memo.sha256(file));
    }

    private KernelSource inPackage(DebianPackage container) {
        return inner(container.sha256(), container.version(), container.selector(), () -> packages.fetch(container));
    }

    /**
     * The archive in the package, not the package, is the source's identity: the same whether the package is installed,
     * downloaded or given.
     */
    private KernelSource inner(String packageDigest, String version, String origin, Supplier<Path> debianPackage) {
        Path archive = cache.sourceArchive(packageDigest);
        String digest = memo.recall("archive in package " + packageDigest, List.of(), () -> {
            extract(debianPackage.get(), packageDigest, archive);
            return memo.sha256(archive);
        });
        return new KernelSource(digest, Optional.of(version), false, origin, (scratch, tree) -> {
            if (!Files.isRegularFile(archive)) {
                extract(debianPackage.get(), packageDigest, archive);
            }
            unpack(archive, digest, scratch, tree);
        });
    }

    private void extract(Path debianPackage, String packageDigest, Path archive) {
        cache.lock("packages").during("package of the kernel source", () -> {
            if (!Files.isRegularFile(archive)) {
                extractAlone(debianPackage, packageDigest, archive);
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
                        if (ARCHIVE_IN_PACKAGE.matcher(entry.name()).matches()) {
                            Files.copy(new DigestInputStream(content, digest), partial);
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
