package io.github.kpatch.kernel;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the kernel and its modules export, as kbuild's {@code Module.symvers} lists it: it decides whether a symbol of
 * another object can be linked as any module would, and in which object the kernel will look for it.
 *
 * <p>Lines are tab-separated: CRC, symbol, module, export type. Namespaces brought two more layouts: with the namespace
 * as third column (kernel 5.4 and 5.5) and, later, as last. The layout is told by the column in which a line names
 * {@code vmlinux}; every complete kernel has such lines. An empty file is complete, too: it says that nothing is exported,
 * so that every symbol is looked up in the parent.
 */
public final class ModuleSymvers {
    /** Nothing is exported, or nobody said what. */
    public static final ModuleSymvers NONE = new ModuleSymvers(List.of());

    private static final int CRC = 0;
    private static final int SYMBOL = 1;
    private static final String VMLINUX = "vmlinux";
    private static final Pattern CRC_FORM = Pattern.compile("0x[0-9a-fA-F]{8,16}");

    /**
     * One export.
     *
     * @param symbol its name
     * @param owner the object that exports it: {@code vmlinux} or the module's name as the kernel knows it ({@code _}
     *     for {@code -})
     * @param crc version of its type, 32 bits; 0 when the kernel has no symbol versions
     * @param namespace the namespace a user must import; empty for none
     * @param type {@code EXPORT_SYMBOL}, {@code EXPORT_SYMBOL_GPL} or one of their historical kin
     */
    public record Export(String symbol, String owner, int crc, String namespace, String type) {}

    private final List<Export> exports;
    private final Map<String, List<Export>> bySymbol;

    private ModuleSymvers(List<Export> exports) {
        this.exports = List.copyOf(exports);
        this.bySymbol = new HashMap<>(exports.size() * 2);
        for (Export export : this.exports) {
            bySymbol.computeIfAbsent(export.symbol(), name -> new ArrayList<>(1))
                    .add(export);
        }
    }

    /**
     * Reads a {@code Module.symvers}.
     *
     * @param where what to call it in messages
     * @throws ProblemException with {@link ProblemCode#SYMVERS_INVALID} when it ends within a line, a line is no export,
     *     or it has lines and none names vmlinux
     */
    public static ModuleSymvers parse(String where, byte[] text) {
        if (text.length == 0) {
            return NONE;
        }
        checkWhole(where, text);
        String all = new String(text, StandardCharsets.ISO_8859_1);
        List<String> lines = all.lines().toList();
        int ownerColumn = ownerColumn(lines)
                .orElseThrow(() -> invalid(where, "No line names vmlinux, which every kernel's exports begin with."));
        List<Export> exports = new ArrayList<>(lines.size());
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                exports.add(export(where, i + 1, lines.get(i), ownerColumn));
            }
        }
        return new ModuleSymvers(exports);
    }

    /**
     * Refuses a text that was cut short.
     *
     * @param where what to call it in messages
     * @throws ProblemException with {@link ProblemCode#SYMVERS_INVALID} when it ends within a line
     */
    public static void checkWhole(String where, byte[] text) {
        if (text.length > 0 && text[text.length - 1] != '\n') {
            throw invalid(where, "It ends in the middle of a line.");
        }
    }

    private static Optional<Integer> ownerColumn(List<String> lines) {
        for (String line : lines) {
            String[] columns = line.split("\t", -1);
            for (int column = columns.length - 1; column > SYMBOL; column--) {
                if (columns[column].startsWith(VMLINUX)) {
                    return Optional.of(column);
                }
            }
        }
        return Optional.empty();
    }

    private static Export export(String where, int number, String line, int ownerColumn) {
        String[] columns = line.split("\t", -1);
        int typeColumn = ownerColumn + 1;
        boolean complete = columns.length > typeColumn
                && !columns[SYMBOL].isEmpty()
                && !columns[ownerColumn].isEmpty()
                && columns[typeColumn].startsWith("EXPORT_");
        if (!complete || !CRC_FORM.matcher(columns[CRC]).matches()) {
            throw invalid(where + ", line " + number, "The line is no export.");
        }
        String namespace = "";
        if (ownerColumn > SYMBOL + 1) {
            namespace = columns[SYMBOL + 1];
        } else if (columns.length > typeColumn + 1) {
            namespace = columns[typeColumn + 1];
        }
        return new Export(
                columns[SYMBOL],
                owner(columns[ownerColumn]),
                (int) Long.parseUnsignedLong(columns[CRC].substring(2), 16),
                namespace,
                columns[typeColumn]);
    }

    private static String owner(String path) {
        return path.substring(path.lastIndexOf('/') + 1).replace('-', '_');
    }

    private static ProblemException invalid(String where, String what) {
        return ProblemException.input(ProblemCode.SYMVERS_INVALID, where, what);
    }

    /** All exports, in file order. */
    public List<Export> exports() {
        return exports;
    }

    /** The exports of that name, in file order: more than one only when modules contradict each other. */
    public List<Export> exportsNamed(String symbol) {
        return Collections.unmodifiableList(bySymbol.getOrDefault(symbol, List.of()));
    }
}
