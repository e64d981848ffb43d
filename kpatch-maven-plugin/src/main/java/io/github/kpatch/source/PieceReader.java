package io.github.kpatch.source;

import io.github.kpatch.host.ArchiveEntry;
import io.github.kpatch.host.Archives;
import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Shows the files of pieces to who wants them, no matter whether they lie on disk or in a package. Each package is read
 * once, whatever number of pieces is taken from it: one of them is a gigabyte.
 */
final class PieceReader {
    private final Archives archives;
    private final PackageStore packages;

    PieceReader(Archives archives, PackageStore packages) {
        this.archives = archives;
        this.packages = packages;
    }

    /** Is shown one file. */
    @FunctionalInterface
    interface Taker {
        /**
         * Takes a file.
         *
         * @param name the file's path below the piece; empty when the piece is itself the file
         * @return whether more files of the piece are wanted
         */
        boolean take(String name, long size, InputStream content) throws IOException;
    }

    /**
     * A piece and who takes it.
     *
     * @param piece a file, or a folder of files
     */
    record Wanted(Piece piece, Taker taker) {}

    /**
     * Shows all files of the wanted pieces, those on disk in the order of their names.
     *
     * @throws ProblemException when a piece is not where it should be
     */
    void read(List<Wanted> wanted) {
        Map<DistributionPackage, List<Wanted>> inPackages = new LinkedHashMap<>();
        for (Wanted one : wanted) {
            if (one.piece() instanceof Piece.OnDisk disk) {
                readDisk(disk.path(), one);
            } else if (one.piece() instanceof KitPiece beside) {
                readBesideKit(beside, one);
            } else if (one.piece() instanceof Piece.InPackage inside) {
                add(inPackages, inside, one.taker());
            } else if (one.piece() instanceof Piece.Together several) {
                several.parts().forEach(part -> add(inPackages, part, one.taker()));
            }
        }
        inPackages.forEach(this::readPackage);
    }

    private static void add(Map<DistributionPackage, List<Wanted>> wanted, Piece.InPackage piece, Taker taker) {
        wanted.computeIfAbsent(piece.container(), container -> new ArrayList<>())
                .add(new Wanted(piece, taker));
    }

    private static void readDisk(Path path, Wanted wanted) {
        if (!Files.exists(path)) {
            throw ProblemException.input(
                    ProblemCode.INPUT_MISSING, path.toString(), "There is no such file or folder.");
        }
        try (Stream<Path> walk = Files.walk(path)) {
            for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
                try (InputStream content = Files.newInputStream(file)) {
                    if (!wanted.taker().take(path.relativize(file).toString(), Files.size(file), content)) {
                        return;
                    }
                }
            }
        } catch (IOException e) {
            throw Folders.unusable(path, e);
        }
    }

    private void readBesideKit(KitPiece beside, Wanted wanted) {
        Path file = beside.file();
        if (beside.attachment() != KitAttachment.MODULES) {
            readDisk(file, wanted);
            return;
        }
        boolean[] complete = new boolean[1];
        archives.read("Reading " + file.getFileName(), file, Optional.of(beside.sha256()), new Archives.Visitor() {
            @Override
            public void visit(ArchiveEntry entry, InputStream content) throws IOException {
                if (entry.kind() == ArchiveEntry.Kind.FILE) {
                    complete[0] = !wanted.taker().take(entry.name(), entry.size(), content);
                }
            }

            @Override
            public boolean wantsMore() {
                return !complete[0];
            }
        });
    }

    private void readPackage(DistributionPackage container, List<Wanted> wanted) {
        packages.read(container, file -> {
            PackageVisitor visitor = new PackageVisitor(wanted);
            archives.read("Reading " + file.getFileName(), file, Optional.of(container.sha256()), visitor);
            for (Wanted one : wanted) {
                if (!visitor.seen.contains(one)) {
                    throw ProblemException.input(
                            ProblemCode.INPUT_MISSING, one.piece().toString(), "The package has no such file.");
                }
            }
        });
    }

    /** Hands on the files of the wanted pieces, and stops when nothing more of any of them is wanted. */
    private static final class PackageVisitor implements Archives.Visitor {
        private final List<Wanted> wanted;
        private final Set<Wanted> seen = new HashSet<>();
        private final Set<Wanted> complete = new HashSet<>();

        PackageVisitor(List<Wanted> wanted) {
            this.wanted = wanted;
        }

        @Override
        public void visit(ArchiveEntry entry, InputStream content) throws IOException {
            for (Wanted one : wanted) {
                Optional<String> name = ((Piece.InPackage) one.piece()).below(entry.name());
                if (entry.kind() == ArchiveEntry.Kind.FILE && name.isPresent() && !complete.contains(one)) {
                    seen.add(one);
                    boolean more = one.taker().take(name.get(), entry.size(), content);
                    if (!more || name.get().isEmpty()) {
                        complete.add(one);
                    }
                }
            }
        }

        @Override
        public boolean wantsMore() {
            return complete.size() < wanted.size();
        }
    }
}
