package io.github.kpatch.elf;

/**
 * A section of one {@link ElfObject}: its place in {@link ElfObject#sections()}. Not the index in the file, which also
 * counts the null section and the tables that the writer makes.
 *
 * @param index 0 or more
 */
public record SectionId(int index) implements Comparable<SectionId> {
    @Override
    public int compareTo(SectionId other) {
        return Integer.compare(index, other.index);
    }
}
