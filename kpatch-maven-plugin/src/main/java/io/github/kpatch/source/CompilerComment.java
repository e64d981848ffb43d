package io.github.kpatch.source;

import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The section in which compilers leave their names. Version texts are printed in a different shape by every
 * distribution; this one is written by the compiler into each object in the same way, so two objects can be compared.
 */
final class CompilerComment {
    private CompilerComment() {}

    /** The compilers that made a file, each once, sorted; none where the section is missing. */
    static List<String> of(ElfFile file) {
        Optional<SectionHeader> section = file.section(".comment");
        if (section.isEmpty()) {
            return List.of();
        }
        ByteBuffer content = file.contents(section.get());
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        TreeSet<String> names = new TreeSet<>();
        for (String name : new String(bytes, StandardCharsets.UTF_8).split("\0")) {
            if (!name.isBlank()) {
                names.add(name.strip());
            }
        }
        return List.copyOf(names);
    }
}
