package io.github.kpatch.elf;

import java.util.List;

/** What a section holds. A closed set: a kind the model does not know is refused by the reader. */
public sealed interface SectionData {
    /** How many bytes the section takes in memory, which for {@link NoBits} are not in the file. */
    long size();

    /** Plain bytes. */
    record Contents(Bytes bytes) implements SectionData {
        @Override
        public long size() {
            return bytes.size();
        }
    }

    /** Zeroes that are not in the file ({@code SHT_NOBITS}). */
    record NoBits(long size) implements SectionData {}

    /**
     * Relocations with addends ({@code SHT_RELA}).
     *
     * @param target the section they apply to ({@code sh_info})
     * @param entries in file order, which need not be the order of offsets
     */
    record Relocations(SectionId target, List<Relocation> entries) implements SectionData {
        public Relocations {
            entries = List.copyOf(entries);
        }

        @Override
        public long size() {
            return 24L * entries.size();
        }
    }

    /**
     * A section group ({@code SHT_GROUP}).
     *
     * @param signature the symbol that names the group ({@code sh_info})
     * @param flags the first word; 1 is {@code GRP_COMDAT}
     * @param members the sections in it
     */
    record Group(SymbolId signature, int flags, List<SectionId> members) implements SectionData {
        public Group {
            members = List.copyOf(members);
        }

        @Override
        public long size() {
            return 4L + 4L * members.size();
        }
    }
}
