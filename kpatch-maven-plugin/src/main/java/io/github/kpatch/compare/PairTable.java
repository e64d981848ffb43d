package io.github.kpatch.compare;

import io.github.kpatch.arch.TableStructures;
import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.diff.DiffTarget;
import io.github.kpatch.diff.ObjectPair;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.kernel.TableSetup;
import io.github.kpatch.kernelimage.LinkedObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Reads {@code PAIRS.tsv}: a header, then one row a pair, columns separated by tabs, in any order of columns, relative
 * paths from the file's own folder. Rows share symbol tables and exports of many megabytes, so each file is read once.
 */
final class PairTable {
    private static final List<String> REQUIRED =
            List.of("original", "patched", "parent", "parentSymbols", "symvers", "structSizes", "output");
    private static final String KLP_ARCH = "klpArch";
    private static final String NONE = "-";

    private final Path file;
    private final Map<Path, ParentSymbols> symbols = new ConcurrentHashMap<>();
    private final Map<Path, Boolean> shipped = new ConcurrentHashMap<>();
    private final Map<Path, LinkedObject> linked = new ConcurrentHashMap<>();
    private final Map<Path, ModuleSymvers> symvers = new ConcurrentHashMap<>();
    private final Map<Path, StructSizes> sizes = new ConcurrentHashMap<>();

    private PairTable(Path file) {
        this.file = file;
    }

    /**
     * The comparisons that the file asks for. What a row names is read when its comparison is done.
     *
     * @throws ProblemException KP106, KP210 when the table itself is wrong
     */
    static List<PairJob> read(Path file) {
        return new PairTable(file.toAbsolutePath()).rows();
    }

    private List<PairJob> rows() {
        List<String> lines =
                new String(bytes(file), StandardCharsets.UTF_8).lines().toList();
        if (lines.isEmpty()) {
            throw invalid(1, "The table is empty.");
        }
        List<String> header = List.of(lines.get(0).split("\t", -1));
        for (String column : REQUIRED) {
            if (!header.contains(column)) {
                throw invalid(1, "The header does not name the column " + column + ".");
            }
        }
        List<PairJob> pairs = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                pairs.add(row(i + 1, header, lines.get(i).split("\t", -1)));
            }
        }
        return pairs;
    }

    private PairJob row(int line, List<String> header, String[] values) {
        if (values.length > header.size() || values.length < REQUIRED.size()) {
            throw invalid(line, "The row has " + values.length + " columns, the header " + header.size() + ".");
        }
        Map<String, String> row = new HashMap<>();
        for (int i = 0; i < values.length; i++) {
            row.put(header.get(i), values[i]);
        }
        for (String column : REQUIRED) {
            if (row.getOrDefault(column, "").isBlank()) {
                throw invalid(line, "The row has no " + column + ".");
            }
        }
        String klpArch = row.getOrDefault(KLP_ARCH, "");
        if (!List.of("", "true", "false").contains(klpArch)) {
            throw invalid(line, KLP_ARCH + " is neither true nor false.");
        }
        return new PairJob(
                row.get("original"),
                () -> object(path(row.get("original"))),
                () -> object(path(row.get("patched"))),
                ObjectPair.LineNumbers.MOVED,
                () -> target(row, klpArch.equals("true") ? TableSetup.BY_LIVEPATCH : TableSetup.BY_LOADER),
                path(row.get("output")));
    }

    private static ElfObject object(Path path) {
        return ElfReader.read(path.toString(), bytes(path));
    }

    private DiffTarget target(Map<String, String> row, TableSetup tableSetup) {
        KernelObject parent = KernelObject.named(row.get("parent"));
        Path table = path(row.get("parentSymbols"));
        ModuleSymvers exports = row.get("symvers").equals(NONE)
                ? ModuleSymvers.NONE
                : symvers.computeIfAbsent(
                        path(row.get("symvers")), path -> ModuleSymvers.parse(path.toString(), bytes(path)));
        StructSizes structures = structSizes(row.get("structSizes"));
        if (shipped.computeIfAbsent(table, path -> reading(path, LinkedObject::isShipped))) {
            LinkedObject known = linked.computeIfAbsent(table, path -> LinkedObject.read(path.toString(), bytes(path)));
            return new DiffTarget(parent, known, exports, structures, tableSetup, Optional.empty());
        }
        ParentSymbols known = symbols.computeIfAbsent(table, path -> reading(path, ParentSymbols::read));
        return new DiffTarget(parent, known, exports, structures, tableSetup, Optional.empty());
    }

    private StructSizes structSizes(String value) {
        if (value.equals(NONE) || value.contains("=")) {
            return StructSizes.parse("structSizes", value.equals(NONE) ? "" : value);
        }
        return sizes.computeIfAbsent(
                path(value), path -> reading(path, source -> TableStructures.sizesIn(ElfFile.open(source))));
    }

    private static <T> T reading(Path path, Function<ByteSource, T> reader) {
        try (ByteSource source = ByteSource.open(path)) {
            return reader.apply(source);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private Path path(String value) {
        return file.getParent().resolve(value).normalize();
    }

    private static byte[] bytes(Path path) {
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private static ProblemException unreadable(Path path, IOException cause) {
        return ProblemException.input(
                Problem.of(ProblemCode.INPUT_MISSING, path.toString(), "The file cannot be read (" + cause + ")."),
                cause);
    }

    private ProblemException invalid(int line, String what) {
        return ProblemException.input(ProblemCode.PARAMETER_INVALID, file + ":" + line, what);
    }
}
