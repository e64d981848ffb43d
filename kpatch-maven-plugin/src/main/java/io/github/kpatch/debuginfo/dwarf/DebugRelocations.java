package io.github.kpatch.debuginfo.dwarf;

import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.ElfHeader;
import io.github.kpatch.elf.SectionHeader;
import io.github.kpatch.elf.SectionType;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The relocations of a debug section of an object or module, where an offset into another debug section is not in place
 * before the final link. In a linked file, {@code vmlinux} for one, all values are in place, even when the linker was
 * told to keep the relocations.
 *
 * <p>Assemblers and linkers write them in the order of their offsets, so one pass beside the section is enough.
 */
final class DebugRelocations {
    private static final int ENTRY_SIZE = 24;

    private final ElfFile file;
    private final SectionHeader section;
    private final ByteBuffer entries;
    private final ByteBuffer symbols;
    private int next;

    private DebugRelocations(ElfFile file, SectionHeader section, ByteBuffer entries, ByteBuffer symbols) {
        this.file = file;
        this.section = section;
        this.entries = entries;
        this.symbols = symbols;
    }

    /** The relocations that apply to {@code target}. */
    static DebugRelocations of(ElfFile file, SectionHeader target) {
        Optional<SectionHeader> relocations = find(file, target);
        if (relocations.isEmpty()) {
            return new DebugRelocations(file, target, ByteBuffer.allocate(0), ByteBuffer.allocate(0));
        }
        SectionHeader section = relocations.get();
        DebugSections sections = new DebugSections(file);
        if (section.type().equals(SectionType.REL) || section.size() % ENTRY_SIZE != 0) {
            throw sections.malformed(section, "It holds no relocations with addends.");
        }
        if (section.link() <= 0 || section.link() >= file.sections().size()) {
            throw sections.malformed(section, "It refers to no symbol table.");
        }
        ByteBuffer symbols = file.contents(file.sections().get(section.link()));
        return new DebugRelocations(file, section, file.contents(section), symbols);
    }

    private static Optional<SectionHeader> find(ElfFile file, SectionHeader target) {
        if (file.header().type() != ElfHeader.RELOCATABLE) {
            return Optional.empty();
        }
        return file.sections().stream()
                .filter(section -> section.info() == target.index())
                .filter(section -> section.type().equals(SectionType.RELA)
                        || section.type().equals(SectionType.REL))
                .findFirst();
    }

    /** Whether values in {@code target} are not in place yet. */
    static boolean isNeeded(ElfFile file, SectionHeader target) {
        return find(file, target).isPresent();
    }

    /**
     * The value that the field at {@code offset} will have; offsets must not go back from call to call.
     *
     * @param stored what stands in the section
     */
    long value(long offset, long stored) {
        while (next < entries.limit()) {
            long at = entries.getLong(next);
            if (Long.compareUnsigned(at, offset) > 0) {
                return stored;
            }
            if (at == offset) {
                return symbolValue(entries.getLong(next + 8) >>> 32) + entries.getLong(next + 16);
            }
            next += ENTRY_SIZE;
            if (next < entries.limit() && Long.compareUnsigned(entries.getLong(next), at) < 0) {
                throw new DebugSections(file).malformed(section, "Its relocations are not in order.");
            }
        }
        return stored;
    }

    private long symbolValue(long symbol) {
        if (symbol >= symbols.limit() / ENTRY_SIZE) {
            throw new DebugSections(file)
                    .malformed(section, "It refers to symbol " + symbol + ", which does not exist.");
        }
        return symbols.getLong((int) symbol * ENTRY_SIZE + 8);
    }
}
