package io.github.kpatch.source;

import java.nio.file.Path;

/**
 * A piece of a kernel that lies beside its kit: a file, or the folder that an archive holds. It is brought when it is
 * read, for who builds in a prepared tree needs no source, and who boots no module needs none.
 *
 * @param kit the kit
 * @param attachment which of its attachments
 */
record KitPiece(KernelKit kit, KitAttachment attachment) implements Piece {
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
