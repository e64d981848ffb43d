package io.github.kpatch.debuginfo;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How objects of one type lie in memory, as a compiler laid them out.
 *
 * @param name kind and name, such as {@code struct page} or {@code typedef gfp_t}; what has no name is called after what
 *     it is reached by: {@code variable v} or {@code enumerator E}
 * @param size in bytes; 0 where the compiler gave none
 * @param type what the name stands for where it is no structure and no union; empty for those
 * @param members of structures and unions in the order of their declaration, those of types without a name by their path
 * @param enumerators values of an enumeration by their names
 */
public record TypeLayout(
        String name, long size, String type, List<Member> members, SortedMap<String, Long> enumerators) {
    /** What the name of one value begins with. */
    public static final String ENUMERATOR = "enumerator ";

    public TypeLayout {
        members = List.copyOf(members);
        enumerators = Collections.unmodifiableSortedMap(new TreeMap<>(enumerators));
    }

    /**
     * One member.
     *
     * @param path its name; within members whose type has no name, the names on the way to it, joined by dots
     * @param offset in bits from the beginning of the whole
     * @param width of a bit field in bits, else 0
     * @param size in bytes of its type; 0 where it has none
     * @param type its type as C writes it, without {@code const} and {@code volatile}
     */
    public record Member(String path, long offset, long width, long size, String type) {
        /** Where it is, for people. */
        public String place() {
            String bytes = "offset " + offset / Byte.SIZE;
            return width == 0
                    ? bytes
                    : "%s, bits %d to %d".formatted(bytes, offset % Byte.SIZE, offset % Byte.SIZE + width - 1);
        }
    }
}
