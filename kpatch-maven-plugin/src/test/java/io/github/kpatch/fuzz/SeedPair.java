package io.github.kpatch.fuzz;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.diff.DiffObject;
import io.github.kpatch.diff.DiffOutcome;
import io.github.kpatch.diff.DiffTarget;
import io.github.kpatch.diff.ObjectPair;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.kernel.TableSetup;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A valid pair of real objects to begin with, and what is known of the kernel it belongs to. It lives in a folder, for the
 * fuzzer runs in a process of its own.
 *
 * @param name of the folder
 * @param original the object from the unpatched source
 * @param patched the object from the patched source
 * @param parent the kernel object that contains the original
 * @param klpArch whether the kernel is older than 5.8
 * @param exports which undefined symbols somebody exports: the columns of a {@code Module.symvers} behind the first
 * @param sizes of the kernel's structures that tables consist of, in bytes
 */
record SeedPair(
        String name,
        ElfObject original,
        ElfObject patched,
        String parent,
        boolean klpArch,
        List<String> exports,
        Map<String, Integer> sizes) {
    /** The sizes of the structures of tables, as on the kernel of the corpus. */
    static final Map<String, Integer> SIZES = Map.of(
            "alt_instr", 12,
            "bug_entry", 12,
            "exception_table_entry", 12,
            "jump_entry", 16,
            "orc_entry", 6,
            "paravirt_patch_site", 16,
            "static_call_site", 8,
            "pi_entry", 44);

    private static final String FACTS = "facts.properties";

    SeedPair {
        exports = List.copyOf(exports);
        sizes = Map.copyOf(sizes);
    }

    /** All pairs below {@code folder}, in name order. */
    static List<SeedPair> in(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> Files.exists(entry.resolve(FACTS)))
                    .sorted()
                    .map(SeedPair::load)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SeedPair load(Path folder) {
        Properties facts = new Properties();
        try (var reader = Files.newBufferedReader(folder.resolve(FACTS), StandardCharsets.ISO_8859_1)) {
            facts.load(reader);
            return new SeedPair(
                    folder.getFileName().toString(),
                    ElfReader.read("original.o", Files.readAllBytes(folder.resolve("original.o"))),
                    ElfReader.read("patched.o", Files.readAllBytes(folder.resolve("patched.o"))),
                    facts.getProperty("parent", "vmlinux"),
                    facts.containsKey("klpArch"),
                    facts.getProperty("exports", "").lines().toList(),
                    sizes(facts.getProperty("sizes", "")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Integer> sizes(String others) {
        Map<String, Integer> sizes = new TreeMap<>(SIZES);
        others.lines().map(line -> line.split("=")).forEach(parts -> sizes.put(parts[0], Integer.valueOf(parts[1])));
        return sizes;
    }

    /** Writes what {@link #in} reads beside the two objects, which are there already. */
    static void describe(Path folder, String parent, boolean klpArch, List<String> exports, List<String> otherSizes)
            throws IOException {
        Properties facts = new Properties();
        facts.setProperty("parent", parent);
        facts.setProperty("exports", String.join("\n", exports));
        facts.setProperty("sizes", String.join("\n", otherSizes));
        if (klpArch) {
            facts.setProperty("klpArch", "");
        }
        try (var writer = Files.newBufferedWriter(folder.resolve(FACTS), StandardCharsets.ISO_8859_1)) {
            facts.store(writer, null);
        }
    }

    /** The lines of a symbol table, as {@code readelf} prints them, of a kernel that {@code object} is all of. */
    static List<String> table(ElfObject object) {
        List<String> lines = new ArrayList<>();
        long address = 0xffffffff81000000L;
        for (Symbol symbol : object.symbols()) {
            boolean named = !symbol.isSection() && !symbol.name().isEmpty();
            if (named && !symbol.name().startsWith(".L")) {
                address += 0x1000;
                boolean file = symbol.home() instanceof SymbolHome.Absolute;
                String value = Long.toHexString(file ? 0 : address);
                lines.add((lines.size() + 1) + ": " + value + " " + Long.toUnsignedString(symbol.size()) + " "
                        + symbol.type() + " " + symbol.binding() + " DEFAULT " + (file ? "ABS " : "1 ")
                        + symbol.name());
            }
        }
        return lines;
    }

    /**
     * A kernel.
     *
     * @param table lines of its symbol table
     * @param exports lines of its {@code Module.symvers} behind the first column
     * @param sizes of its structures
     */
    static DiffTarget target(
            String parent, boolean klpArch, List<String> table, List<String> exports, Map<String, Integer> sizes) {
        StringBuilder symvers = new StringBuilder("0x00000000\t__fentry__\tvmlinux\tEXPORT_SYMBOL\t\n");
        exports.forEach(export -> symvers.append("0x00000000\t").append(export).append('\n'));
        return new DiffTarget(
                KernelObject.named(parent),
                ParentSymbols.ofText("table", (String.join("\n", table) + "\n").getBytes(StandardCharsets.ISO_8859_1)),
                ModuleSymvers.parse("Module.symvers", symvers.toString().getBytes(StandardCharsets.ISO_8859_1)),
                StructSizes.of(sizes),
                klpArch ? TableSetup.BY_LIVEPATCH : TableSetup.BY_LOADER,
                Optional.empty());
    }

    /** What the differ makes of the pair; empty where the change is one that it refuses. */
    Optional<ElfObject> output() {
        try {
            DiffTarget kernel = target(parent, klpArch, table(original), exports, sizes);
            DiffOutcome outcome = DiffObject.run(new ObjectPair("unit.o", original, patched), kernel);
            return outcome instanceof DiffOutcome.Changed changed ? Optional.of(changed.output()) : Optional.empty();
        } catch (ProblemException e) {
            return Optional.empty();
        }
    }
}
