package io.github.kpatch.source;

import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.RawSymbol;
import io.github.kpatch.elf.SectionHeader;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.elf.SymbolType;
import java.util.List;
import java.util.Optional;

/**
 * A symbol table as text, line for line as {@code readelf --symbols --wide} prints it. A livepatch needs a kernel's
 * symbols in their order, with the FILE symbols between them, and nothing else of its half gigabyte; the field's tools
 * take that text, so it is the form the cache keeps.
 */
final class SymbolListing {
    private static final int LARGEST_DECIMAL_SIZE = 99999;
    private static final List<String> VISIBILITIES = List.of("DEFAULT", "INTERNAL", "HIDDEN", "PROTECTED");

    private SymbolListing() {}

    /** The text of a file's {@code .symtab}; empty where it has none. */
    static Optional<String> of(ElfFile file) {
        Optional<SectionHeader> table = file.section(SectionType.SYMTAB);
        if (table.isEmpty()) {
            return Optional.empty();
        }
        StringBuilder lines = new StringBuilder();
        int[] count = {0};
        file.forEachSymbol(table.get(), symbol -> {
            line(lines, file, symbol, count[0]);
            count[0]++;
        });
        String head = "\nSymbol table '" + table.get().name() + "' contains " + count[0]
                + (count[0] == 1 ? " entry" : " entries")
                + ":\n   Num:    Value          Size Type    Bind   Vis      Ndx Name\n";
        return Optional.of(head + lines);
    }

    private static void line(StringBuilder out, ElfFile file, RawSymbol symbol, int number) {
        pad(out, Integer.toString(number), 6);
        out.append(": ");
        String value = Long.toHexString(symbol.value());
        out.append("0".repeat(16 - value.length())).append(value).append(' ');
        boolean decimal = symbol.size() >= 0 && symbol.size() <= LARGEST_DECIMAL_SIZE;
        pad(out, decimal ? Long.toString(symbol.size()) : "0x" + Long.toHexString(symbol.size()), 5);
        out.append(' ');
        padRight(out, symbol.type().toString(), 7);
        out.append(' ');
        padRight(out, symbol.binding().toString(), 6);
        out.append(' ');
        padRight(out, VISIBILITIES.get(symbol.other() & 3), 7);
        out.append("  ");
        pad(out, section(symbol), 3);
        out.append(' ').append(name(file, symbol)).append('\n');
    }

    private static String section(RawSymbol symbol) {
        if (symbol.reserved()) {
            return switch (symbol.sectionIndex()) {
                case RawSymbol.ABSOLUTE -> "ABS";
                case RawSymbol.COMMON -> "COM";
                default -> "RSV[0x" + Integer.toHexString(symbol.sectionIndex()) + "]";
            };
        }
        return symbol.isUndefined() ? "UND" : Integer.toString(symbol.sectionIndex());
    }

    private static String name(ElfFile file, RawSymbol symbol) {
        boolean section =
                symbol.type().equals(SymbolType.SECTION) && symbol.name().isEmpty() && !symbol.reserved();
        return section ? file.sections().get(symbol.sectionIndex()).name() : symbol.name();
    }

    private static void pad(StringBuilder out, String text, int width) {
        out.append(" ".repeat(Math.max(0, width - text.length()))).append(text);
    }

    private static void padRight(StringBuilder out, String text, int width) {
        out.append(text).append(" ".repeat(Math.max(0, width - text.length())));
    }
}
