package io.github.kpatch.elf;

/**
 * The type half of {@code st_info}. An open set.
 *
 * @param value 0 to 15
 */
public record SymbolType(int value) {
    public static final SymbolType NOTYPE = new SymbolType(0);
    public static final SymbolType OBJECT = new SymbolType(1);
    public static final SymbolType FUNC = new SymbolType(2);
    public static final SymbolType SECTION = new SymbolType(3);
    public static final SymbolType FILE = new SymbolType(4);

    /** The name that {@code readelf} prints, or the number. */
    @Override
    public String toString() {
        return switch (value) {
            case 0 -> "NOTYPE";
            case 1 -> "OBJECT";
            case 2 -> "FUNC";
            case 3 -> "SECTION";
            case 4 -> "FILE";
            default -> Integer.toString(value);
        };
    }
}
