package io.github.kpatch.fuzz;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A second opinion on what must not get lost, far simpler than the differ. Where a function's bytes or calls differ,
 * the output has to have the section; the only excuse is a line number, which stands behind the opcode of a {@code mov}
 * to {@code esi} or {@code edx}, or that the author said so. And code that is in the output has there what tables say of it.
 */
final class SecondOpinion {
    private static final int MOV_ESI = 0xbe;
    private static final int MOV_EDX = 0xba;
    private static final int IMMEDIATE = 4;
    private static final Pattern NUMBER = Pattern.compile("\\.[0-9]*(?=\\.|$)");

    /** Tables all of whose entries about carried code have to be carried. */
    private static final List<String> TABLES = List.of(
            "__bug_table", "__ex_table", ".altinstructions", ".parainstructions", ".return_sites", ".smp_locks");

    /** Code beside functions: divided as a table, or carried whole. */
    private static final List<String> OWN_RULES = List.of(".fixup", ".altinstr_replacement");

    /** Never code, whatever its flags say. */
    private static final String DEBUG = ".debug";

    private SecondOpinion() {}

    /** A table and the code in the output of which it says less there than it did. */
    static Optional<String> lostEntries(ElfObject original, ElfObject patched, ElfObject output) {
        for (String table : TABLES) {
            if (isNumbered(original, table) || isNumbered(patched, table)) {
                // Twins have one name, the original's, and with a number it is none of a table.
                continue;
            }
            Map<String, Long> before = mentions(patched, table);
            Map<String, Long> after = mentions(output, table);
            for (Section code : output.sections()) {
                long entries = before.getOrDefault(code.name(), 0L);
                if (code.isText()
                        && patched.sectionsNamed(code.name()).size() == 1
                        && !OWN_RULES.contains(code.name())
                        && !code.name().startsWith(DEBUG)
                        && entries != after.getOrDefault(code.name(), 0L)) {
                    return Optional.of(table + " about " + code.name());
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isNumbered(ElfObject object, String table) {
        return object.sections().stream()
                .map(Section::name)
                .anyMatch(name ->
                        name.startsWith(table + ".") && withoutNumbers(name).equals(table));
    }

    /** How often a table refers to each section. */
    private static Map<String, Long> mentions(ElfObject object, String table) {
        return object.sectionsNamed(table).stream()
                .flatMap(id -> object.relocationsOf(id).stream())
                .flatMap(relocation -> object.symbol(relocation.symbol()).home().section().stream())
                .collect(Collectors.groupingBy(id -> object.section(id).name(), Collectors.counting()));
    }

    /** A section of changed code that is not in the output. */
    static Optional<String> lostCode(ElfObject original, ElfObject patched, List<Section> output) {
        if (patched.sections().stream().anyMatch(section -> section.name().startsWith(".kpatch.ignore."))) {
            return Optional.empty();
        }
        Map<String, Long> originals = namesakes(original);
        Map<String, Long> namesakes = namesakes(patched);
        return IntStream.range(0, patched.sections().size())
                .mapToObj(SectionId::new)
                .filter(id -> patched.section(id).isText()
                        && patched.section(id).name().startsWith(".text.")
                        && hasChanged(original, patched, id))
                .map(id -> patched.section(id).name())
                .filter(name -> originals.get(withoutNumbers(name)) == 1 && namesakes.get(withoutNumbers(name)) == 1)
                .filter(name ->
                        output.stream().noneMatch(section -> section.name().equals(name)))
                .findFirst();
    }

    /** How many sections there are of each name, whatever their numbers: copies of a function take each other's places. */
    private static Map<String, Long> namesakes(ElfObject object) {
        return object.sections().stream()
                .collect(Collectors.groupingBy(section -> withoutNumbers(section.name()), Collectors.counting()));
    }

    static String withoutNumbers(String name) {
        String plain = NUMBER.matcher(name).replaceAll("");
        return plain.startsWith("__UNIQUE_ID_") ? plain.replaceAll("[0-9]+$", "") : plain;
    }

    private static boolean hasChanged(ElfObject original, ElfObject patched, SectionId id) {
        Section section = patched.section(id);
        return original.sectionNamed(section.name())
                .filter(twin -> !isSame(original.section(twin).bytes(), section.bytes())
                        || !isSame(original, original.relocationsOf(twin), patched, patched.relocationsOf(id)))
                .isPresent();
    }

    /** Of what the object does not define, the name is all there is. */
    private static boolean isSame(ElfObject original, List<Relocation> a, ElfObject patched, List<Relocation> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            Symbol symbolA = original.symbol(a.get(i).symbol());
            Symbol symbolB = patched.symbol(b.get(i).symbol());
            boolean elsewhere =
                    symbolA.home() instanceof SymbolHome.Undefined && symbolB.home() instanceof SymbolHome.Undefined;
            if (a.get(i).offset() != b.get(i).offset()
                    || !a.get(i).type().equals(b.get(i).type())
                    || (elsewhere && !withoutNumbers(symbolA.name()).equals(withoutNumbers(symbolB.name())))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSame(Bytes original, Bytes patched) {
        if (original.size() != patched.size()) {
            return false;
        }
        int excused = 0;
        for (int i = 0; i < patched.size(); i++) {
            boolean equal = original.at(i) == patched.at(i);
            if (!equal && i >= excused) {
                return false;
            }
            if (equal && (patched.at(i) == MOV_ESI || patched.at(i) == MOV_EDX)) {
                excused = i + 1 + IMMEDIATE;
            }
        }
        return true;
    }
}
