package io.github.kpatch.fuzz;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * A valid pair of real objects to begin with, and what is known of the kernel it belongs to. It lives in a folder, for the
 * fuzzer runs in a process of its own.
 *
 * @param original the object from the unpatched source
 * @param patched the object from the patched source
 * @param parent the kernel object that contains the original
 * @param klpArch whether the kernel is older than 5.8
 * @param exports which undefined symbols somebody exports: the columns of a {@code Module.symvers} behind the first
 */
record SeedPair(ElfObject original, ElfObject patched, String parent, boolean klpArch, List<String> exports) {
    private static final String FACTS = "facts.properties";

    SeedPair {
        exports = List.copyOf(exports);
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
                    ElfReader.read("original.o", Files.readAllBytes(folder.resolve("original.o"))),
                    ElfReader.read("patched.o", Files.readAllBytes(folder.resolve("patched.o"))),
                    facts.getProperty("parent", "vmlinux"),
                    facts.containsKey("klpArch"),
                    facts.getProperty("exports", "").lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes what {@link #in} reads beside the two objects, which are there already. */
    static void describe(Path folder, String parent, boolean klpArch, List<String> exports) throws IOException {
        Properties facts = new Properties();
        facts.setProperty("parent", parent);
        facts.setProperty("exports", String.join("\n", exports));
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
}
