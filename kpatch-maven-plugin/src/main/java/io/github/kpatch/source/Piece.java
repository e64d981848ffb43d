package io.github.kpatch.source;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where one piece of a kernel is: a file or folder, a file or folder inside a package nobody needs to install, or an
 * artifact beside a kernel kit.
 */
public sealed interface Piece permits Piece.OnDisk, Piece.InPackage, Piece.Together, KitPiece {
    /**
     * A file or folder on this machine.
     *
     * @param path where it is
     */
    record OnDisk(Path path) implements Piece {
        @Override
        public String toString() {
            return path.toString();
        }
    }

    /**
     * A file or folder in a package.
     *
     * @param container the package
     * @param path its path in the package, without a leading slash; {@code lib} and {@code usr/lib} are one. Empty for a
     *     source package as a whole
     */
    record InPackage(DistributionPackage container, String path) implements Piece {
        /**
         * The path of one of the package's files below the piece, an empty text where the file is itself the piece; empty
         * where the file lies elsewhere.
         */
        public Optional<String> below(String file) {
            String found = inMergedUsr(file);
            String own = inMergedUsr(path);
            if (found.equals(own)) {
                return Optional.of("");
            }
            return found.startsWith(own + "/") ? Optional.of(found.substring(own.length() + 1)) : Optional.empty();
        }

        /** Where {@code /lib} is a link to {@code /usr/lib}, packages name files by either: Debian's kernels since 13 by the latter. */
        private static String inMergedUsr(String path) {
            return path.startsWith("lib/") ? "usr/" + path : path;
        }

        @Override
        public String toString() {
            return container + ":/" + path;
        }
    }

    /**
     * A folder whose files are in several packages.
     *
     * @param parts the folder in each
     */
    record Together(List<InPackage> parts) implements Piece {
        public Together {
            parts = List.copyOf(parts);
        }

        @Override
        public String toString() {
            return parts.stream().map(InPackage::toString).collect(Collectors.joining(", "));
        }
    }
}
