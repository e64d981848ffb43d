package io.github.kpatch.source;

import io.github.kpatch.elf.ElfFile;
import java.util.Map;

/** Reads the sizes of the structures that special sections are made of from a kernel's own type information. */
@FunctionalInterface
public interface StructSizeReader {
    /** Sizes in bytes, by the structure's name. */
    Map<String, Integer> read(ElfFile vmlinux);
}
