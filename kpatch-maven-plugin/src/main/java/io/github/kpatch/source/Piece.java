package io.github.kpatch.source;

import java.nio.file.Path;

/**
 * Where one piece of a kernel is: a file or folder, a file or folder inside a package nobody needs to install, or an
 * artifact beside a kernel kit.
 */
public sealed interface Piece {
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

    /**
     * A file attached to a kernel kit, or a folder that an archive attached to it holds; brought when it is read.
     *
     * @param kit the kit
     * @param attachment which of its attachments
     */
    record BesideKit(KernelKit kit, KitAttachment attachment) implements Piece {
        /** SHA-256 of the attachment's file, as the kit says it. */
        String sha256() {
            return kit.attached(attachment).orElseThrow().sha256();
        }

        /** The attachment's file, on this machine and as the kit says it. */
        Path file() {
            return kit.file(attachment);
        }

        @Override
        public String toString() {
            return kit + ":" + attachment.classifier();
        }
    }
}
