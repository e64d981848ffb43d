package io.github.kpatch.elf;

/**
 * The type of a relocation; what a number means depends on the machine and is said in {@code arch}.
 *
 * @param value the low 32 bits of {@code r_info}
 */
public record RelocationType(int value) {
    @Override
    public String toString() {
        return Integer.toUnsignedString(value);
    }
}
