package io.github.kpatch.fuzz;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Section;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A second opinion on what must not get lost, far simpler than the differ: where the bytes of a function's section differ,
 * the output has to have the section. The only excuse is a line number, which stands behind the opcode of a {@code mov}
 * to {@code esi} or {@code edx}, or that the author said so.
 */
final class ChangedCode {
    private static final int MOV_ESI = 0xbe;
    private static final int MOV_EDX = 0xba;
    private static final int IMMEDIATE = 4;
    private static final Pattern NUMBER = Pattern.compile("\\.[0-9]*(?=\\.|$)");

    private ChangedCode() {}

    /** A section of changed code that is not in the output. */
    static Optional<String> lost(ElfObject original, ElfObject patched, List<Section> output) {
        if (patched.sections().stream().anyMatch(section -> section.name().startsWith(".kpatch.ignore."))) {
            return Optional.empty();
        }
        Map<String, Long> originals = namesakes(original);
        Map<String, Long> namesakes = namesakes(patched);
        return patched.sections().stream()
                .filter(section -> section.isText() && section.name().startsWith(".text."))
                .filter(section -> hasChanged(original, section))
                .map(Section::name)
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

    private static String withoutNumbers(String name) {
        return NUMBER.matcher(name).replaceAll("");
    }

    private static boolean hasChanged(ElfObject original, Section patched) {
        return original.sectionNamed(patched.name())
                .map(original::section)
                .filter(section -> !isSame(section.bytes(), patched.bytes()))
                .isPresent();
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
