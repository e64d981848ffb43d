package io.github.kpatch.source;

import java.nio.file.Path;
import java.util.List;

/**
 * A kernel kit with what is to lie beside it.
 *
 * @param release what {@code uname -r} says on its kernel
 * @param file its file
 * @param fileSymbols whether it has a symbol table with FILE symbols of vmlinux
 * @param attached files that become artifacts beside it
 */
public record MadeKit(String release, Path file, boolean fileSymbols, List<Attached> attached) {
    public MadeKit {
        attached = List.copyOf(attached);
    }

    /**
     * A file that becomes an artifact beside the kit.
     *
     * @param attachment what it is
     * @param extension the artifact's extension
     * @param file the file
     */
    public record Attached(KitAttachment attachment, String extension, Path file) {}
}
