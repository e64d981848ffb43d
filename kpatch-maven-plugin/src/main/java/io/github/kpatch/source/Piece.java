package io.github.kpatch.source;

import java.nio.file.Path;

/**
 * Where one piece of a kernel is: a file or folder, a file or folder inside a package nobody needs to install, or an
 * artifact beside a kernel kit.
 */
public sealed interface Piece permits Piece.OnDisk, Piece.InPackage, KitPiece {
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
     * @param path its path in the package, without a leading slash; {@code lib} and {@code usr/lib} are one
     */
    record InPackage(DistributionPackage container, String path) implements Piece {
        @Override
        public String toString() {
            return container + ":/" + path;
        }
    }
}
