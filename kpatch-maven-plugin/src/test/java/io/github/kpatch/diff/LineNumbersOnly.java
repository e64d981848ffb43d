package io.github.kpatch.diff;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Shows from the disassemblies of both objects, without the engine's rules, that a function differs in nothing but
 * {@code __LINE__}: in immediates alone, each of which is the number of a line and moved as the source patch moved that
 * line.
 */
final class LineNumbersOnly {
    private static final Pattern HUNK = Pattern.compile("@@ -(\\d+)(?:,(\\d+))? \\+(\\d+)(?:,(\\d+))? @@.*");
    private static final Pattern IMMEDIATE =
            Pattern.compile("(?<before>\\s*[0-9a-f]+:\\s+mov\\s+\\$0x)(?<value>[0-9a-f]+)(?<after>,%\\w+)");
    /** The numbers that the compiler gives to static locals and clones; they differ from build to build. */
    private static final Pattern LOCAL_NUMBER = Pattern.compile("(?<=[A-Za-z_])\\.\\d+");

    /** A relocation to read-only data; objdump shows only where in it, not what is there. */
    private static final Pattern CONSTANT = Pattern.compile("\t(\\.rodata\\S*?)([+-]0x[0-9a-f]+)?$");

    private final Path pair;
    private final List<Hunk> hunks;

    /**
     * Where lines moved.
     *
     * @param first the first line it covers in the original
     * @param end the line behind its last in the original
     * @param before by how much the lines before it have moved
     * @param after by how much the lines behind it have moved
     */
    private record Hunk(int first, int end, int before, int after) {}

    /**
     * @param lines the disassembly with its relocations
     * @param constants the sections of read-only data that it refers to, in the order of the references
     */
    private record Code(List<String> lines, List<SectionData> constants) {}

    /**
     * @param pair a folder with {@code original.o}, {@code patched.o} and {@code source.patch}
     */
    LineNumbersOnly(Path pair) throws IOException {
        this.pair = pair;
        this.hunks = hunks(Files.readAllLines(pair.resolve("source.patch"), StandardCharsets.ISO_8859_1));
    }

    private static List<Hunk> hunks(List<String> lines) {
        List<Hunk> hunks = new ArrayList<>();
        for (String line : lines) {
            Matcher hunk = HUNK.matcher(line);
            if (hunk.matches()) {
                int first = Integer.parseInt(hunk.group(1));
                int end = first + (hunk.group(2) == null ? 1 : Integer.parseInt(hunk.group(2)));
                int newFirst = Integer.parseInt(hunk.group(3));
                int newEnd = newFirst + (hunk.group(4) == null ? 1 : Integer.parseInt(hunk.group(4)));
                hunks.add(new Hunk(first, end, newFirst - first, newEnd - end));
            }
        }
        return hunks;
    }

    /** The first difference between the two builds of {@code function} and its cold piece that is no line number. */
    Optional<String> otherDifference(String function) {
        Optional<String> found = differenceIn(function);
        return found.isPresent() || !isDefined(function + ".cold") ? found : differenceIn(function + ".cold");
    }

    private Optional<String> differenceIn(String function) {
        Optional<Code> original = code("original.o", function);
        Optional<Code> patched = code("patched.o", function);
        if (original.isEmpty() || patched.isEmpty()) {
            return Optional.of(function + " is not defined in both objects");
        }
        List<String> lines = original.get().lines();
        List<String> patchedLines = patched.get().lines();
        if (lines.size() != patchedLines.size()) {
            return Optional.of(function + " has another number of instructions");
        }
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).equals(patchedLines.get(i)) && !isMovedLine(lines.get(i), patchedLines.get(i))) {
                return Optional.of(lines.get(i) + " became " + patchedLines.get(i));
            }
        }
        return original.get().constants().equals(patched.get().constants())
                ? Optional.empty()
                : Optional.of("a text or table that " + function + " uses is another one");
    }

    private boolean isMovedLine(String before, String after) {
        Matcher a = IMMEDIATE.matcher(before);
        Matcher b = IMMEDIATE.matcher(after);
        if (!a.matches()
                || !b.matches()
                || !a.group("before").equals(b.group("before"))
                || !a.group("after").equals(b.group("after"))) {
            return false;
        }
        long line = Long.parseUnsignedLong(a.group("value"), 16);
        long by = Long.parseUnsignedLong(b.group("value"), 16) - line;
        long expected = 0;
        for (Hunk hunk : hunks) {
            if (line >= hunk.first() && line < hunk.end()) {
                return by == hunk.before() || by == hunk.after();
            }
            if (line >= hunk.end()) {
                expected = hunk.after();
            }
        }
        return by == expected;
    }

    private Optional<Code> code(String object, String function) {
        ElfObject elf = ElfReader.read(object, NativeTools.bytes(pair.resolve(object)));
        return sectionOf(elf, function).map(section -> {
            List<String> lines = new ArrayList<>();
            List<SectionData> constants = new ArrayList<>();
            String all = NativeTools.run(
                            pair, "objdump", "--disassemble-zeroes", "-dr", "-w", "--section=" + section, object)
                    .out();
            for (String line : all.lines().filter(each -> each.contains("\t")).toList()) {
                lines.add(LOCAL_NUMBER.matcher(withoutBytes(line)).replaceAll(".N"));
                Matcher constant = CONSTANT.matcher(line);
                if (constant.find()) {
                    elf.sectionNamed(constant.group(1))
                            .ifPresent(id -> constants.add(elf.section(id).data()));
                }
            }
            return new Code(lines, constants);
        });
    }

    /** The line without the column of the instruction's bytes, which hold the immediate once more. */
    private static String withoutBytes(String line) {
        String[] columns = line.split("\t", 3);
        return columns.length == 3 ? columns[0] + " " + columns[2] : line;
    }

    private boolean isDefined(String function) {
        return code("original.o", function).isPresent()
                || code("patched.o", function).isPresent();
    }

    private static Optional<String> sectionOf(ElfObject elf, String function) {
        return elf.symbolsNamed(function).stream()
                .flatMap(id -> elf.symbol(id).home().section().stream())
                .map(id -> elf.section(id).name())
                .findFirst();
    }
}
