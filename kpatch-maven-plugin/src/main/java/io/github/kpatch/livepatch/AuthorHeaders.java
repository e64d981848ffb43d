package io.github.kpatch.livepatch;

import io.github.kpatch.elf.Bytes;
import java.util.List;

/**
 * The headers for authors of patches, under the include names that patches written for the existing tools use. They
 * belong on the include path of the patched build, where the original source never asks for them.
 */
public final class AuthorHeaders {
    private static final List<String> NAMES = List.of("kpatch-macros.h", "kpatch-syscall.h");

    /**
     * One header.
     *
     * @param name its file name, which is the include name
     * @param content its text
     */
    public record Header(String name, Bytes content) {}

    private AuthorHeaders() {}

    /** The licence of the headers and of all that becomes part of a module. */
    public static Bytes licence() {
        return Resources.read("COPYING");
    }

    /** All headers, in the order of their names. */
    public static List<Header> all() {
        return NAMES.stream()
                .map(name -> new Header(name, Resources.read("include/" + name)))
                .toList();
    }
}
