package io.github.kpatch.elf;

/**
 * The binding half of {@code st_info}. An open set.
 *
 * @param value 0 to 15
 */
public record SymbolBinding(int value) {
    public static final SymbolBinding LOCAL = new SymbolBinding(0);
    public static final SymbolBinding GLOBAL = new SymbolBinding(1);
    public static final SymbolBinding WEAK = new SymbolBinding(2);

    /** The name that {@code readelf} prints, or the number. */
    @Override
    public String toString() {
        return switch (value) {
            case 0 -> "LOCAL";
            case 1 -> "GLOBAL";
            case 2 -> "WEAK";
            default -> Integer.toString(value);
        };
    }
}
