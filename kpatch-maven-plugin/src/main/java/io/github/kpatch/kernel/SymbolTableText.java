package io.github.kpatch.kernel;

import io.github.kpatch.elf.RawSymbol;
import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The text of {@code readelf --symbols --wide}, in which the field's tools hand symbol tables around and which keeps a
 * few megabytes where the ELF file has half a gigabyte.
 *
 * <p>A line is {@code Num: Value Size Type Bind Vis Ndx Name}. Names may have any length. ppc64le puts an annotation
 * such as {@code [<localentry>: 8]} between {@code Vis} and {@code Ndx}. Of several tables only {@code .symtab} counts.
 * The heading of the table says how many lines follow, which is how a text cut short is noticed.
 */
final class SymbolTableText {
    static final Map<String, SymbolType> TYPES = Map.of(
            "NOTYPE", SymbolType.NOTYPE,
            "OBJECT", SymbolType.OBJECT,
            "FUNC", SymbolType.FUNC,
            "FILE", SymbolType.FILE);
    static final Map<String, SymbolBinding> BINDINGS =
            Map.of("LOCAL", SymbolBinding.LOCAL, "GLOBAL", SymbolBinding.GLOBAL, "WEAK", SymbolBinding.WEAK);

    private static final String HEADING = "Symbol table '";

    private final String where;
    private final byte[] text;
    private final List<ParentSymbols.Entry> entries = new ArrayList<>();

    private int lineNumber;
    /** Next byte to look at. */
    private int at;
    /** End of the line that {@code at} is in. */
    private int lineEnd;

    private boolean inOtherTable;
    private long announced = -1;
    private long numbered;

    SymbolTableText(String where, byte[] text) {
        this.where = where;
        this.text = text;
    }

    List<ParentSymbols.Entry> entries() {
        for (int start = 0; start < text.length; start = lineEnd + 1) {
            lineNumber++;
            at = start;
            lineEnd = start;
            while (lineEnd < text.length && text[lineEnd] != '\n') {
                lineEnd++;
            }
            readLine();
        }
        checkCount();
        if (entries.isEmpty()) {
            throw ParentSymbols.missing(where, "It is neither ELF nor the text of a symbol table.");
        }
        return entries;
    }

    private void readLine() {
        if (text[at] == 'S') {
            String line = new String(text, at, lineEnd - at, StandardCharsets.ISO_8859_1);
            if (line.startsWith(HEADING)) {
                readHeading(line);
            }
            return;
        }
        if (inOtherTable) {
            return;
        }
        int number = lineNumbered();
        if (number >= 0) {
            numbered++;
            readEntry(number);
        }
    }

    private void readHeading(String line) {
        checkCount();
        inOtherTable = !line.startsWith(HEADING + ".symtab'");
        numbered = 0;
        int contains = line.indexOf(" contains ");
        announced = -1;
        if (!inOtherTable && contains >= 0) {
            at += contains;
            token();
            announced = number(token(), 10, "the number of entries");
        }
    }

    private void checkCount() {
        if (announced >= 0 && announced != numbered) {
            throw ParentSymbols.missing(
                    where,
                    "Its heading announces " + announced + " symbols, but " + numbered
                            + " follow: the text was cut short or changed.");
        }
    }

    /** The number that the line begins with when it is one of the table, else -1. */
    private int lineNumbered() {
        int from = at;
        while (from < lineEnd && isBlank(text[from])) {
            from++;
        }
        int end = from;
        int number = 0;
        while (end < lineEnd && text[end] >= '0' && text[end] <= '9' && end - from < 9) {
            number = number * 10 + text[end++] - '0';
        }
        if (end == from || end == lineEnd || text[end] != ':') {
            return -1;
        }
        at = end + 1;
        return number;
    }

    private void readEntry(int index) {
        long value = number(token(), 16, "the value");
        String sizeText = token();
        long size = sizeText.startsWith("0x")
                ? number(sizeText.substring(2), 16, "the size")
                : number(sizeText, 10, "the size");
        String typeName = token();
        String bindingName = token();
        token();
        String section = token();
        if (section.startsWith("[")) {
            while (!section.isEmpty() && !section.endsWith("]")) {
                section = token();
            }
            section = token();
        }
        if (section.isEmpty()) {
            throw malformed("it ends too early");
        }
        if (section.equals("UND") || typeName.equals("SECTION")) {
            return;
        }
        SymbolType type = TYPES.get(typeName);
        SymbolBinding binding = BINDINGS.get(bindingName);
        if (type == null || binding == null) {
            throw malformed("type " + typeName + " and binding " + bindingName + " are not those of a kernel's symbol");
        }
        entries.add(new ParentSymbols.Entry(index, rest(), value, size, type, binding, section(section)));
    }

    private int section(String text) {
        return switch (text) {
            case "ABS" -> RawSymbol.ABSOLUTE;
            case "COM" -> RawSymbol.COMMON;
            default -> Math.toIntExact(number(text, 10, "the section") & Integer.MAX_VALUE);
        };
    }

    private long number(String digits, int radix, String what) {
        try {
            return Long.parseUnsignedLong(digits, radix);
        } catch (NumberFormatException e) {
            throw malformed(what + " is no number: '" + digits + "'");
        }
    }

    private ProblemException malformed(String what) {
        return ParentSymbols.missing(where + ", line " + lineNumber, "The line is no symbol: " + what + ".");
    }

    /** The next word of the line; empty at its end. */
    private String token() {
        while (at < lineEnd && isBlank(text[at])) {
            at++;
        }
        int from = at;
        while (at < lineEnd && !isBlank(text[at])) {
            at++;
        }
        return new String(text, from, at - from, StandardCharsets.ISO_8859_1);
    }

    private String rest() {
        while (at < lineEnd && isBlank(text[at])) {
            at++;
        }
        int end = lineEnd;
        while (end > at && isBlank(text[end - 1])) {
            end--;
        }
        return new String(text, at, end - at, StandardCharsets.ISO_8859_1);
    }

    private static boolean isBlank(byte character) {
        return character == ' ' || character == '\t' || character == '\r';
    }

    static byte[] write(List<ParentSymbols.Entry> entries) {
        StringBuilder text = new StringBuilder(entries.size() * 80);
        text.append('\n').append(HEADING).append(".symtab' contains ");
        text.append(entries.size()).append(" entries:\n");
        text.append("   Num:    Value          Size Type    Bind   Vis      Ndx Name\n");
        for (ParentSymbols.Entry entry : entries) {
            pad(text, Integer.toString(entry.index()), 6).append(": ");
            String value = Long.toHexString(entry.value());
            text.append("0".repeat(16 - value.length())).append(value).append(' ');
            pad(text, Long.toUnsignedString(entry.size()), 5).append(' ');
            text.append(entry.type()).append(' ');
            text.append(entry.binding()).append(" DEFAULT ");
            text.append(sectionText(entry.section())).append(' ');
            text.append(entry.name()).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static StringBuilder pad(StringBuilder text, String number, int width) {
        return text.append(" ".repeat(Math.max(0, width - number.length()))).append(number);
    }

    private static String sectionText(int section) {
        return switch (section) {
            case RawSymbol.ABSOLUTE -> "ABS";
            case RawSymbol.COMMON -> "COM";
            default -> Integer.toString(section);
        };
    }
}
