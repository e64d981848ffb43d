package io.github.kpatch.special;

import io.github.kpatch.elf.Relocation;
import java.util.List;

/**
 * One entry of a table about code.
 *
 * @param offset in the table, in bytes
 * @param size in bytes
 * @param relocations those inside the entry, in the order of the file, their offsets counted from the table's start
 */
public record TableEntry(long offset, long size, List<Relocation> relocations) {
    public TableEntry {
        relocations = List.copyOf(relocations);
    }
}
