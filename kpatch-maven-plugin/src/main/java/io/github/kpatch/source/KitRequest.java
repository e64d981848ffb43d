package io.github.kpatch.source;

import java.nio.file.Path;
import java.util.Set;

/**
 * How a kernel kit is to be made.
 *
 * @param file the kit's file; other files that are made get names that begin like its own
 * @param attachments what is to lie beside it in the repository; source and boot image that do not are only named in it,
 *     by digest
 */
public record KitRequest(Path file, Set<KitAttachment> attachments) {
    public KitRequest {
        attachments = Set.copyOf(attachments);
    }
}
