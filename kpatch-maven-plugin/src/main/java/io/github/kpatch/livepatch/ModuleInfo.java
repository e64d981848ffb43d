package io.github.kpatch.livepatch;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionHeader;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a module says about itself in {@code .modinfo}, as {@code modinfo} prints it: our own module's, and that of a
 * module of the target kernel, whose {@code vermagic} ours must equal.
 */
public final class ModuleInfo {
    private static final String SECTION = ".modinfo";

    private record Field(String key, String value) {}

    private final List<Field> fields;

    private ModuleInfo(List<Field> fields) {
        this.fields = fields;
    }

    /**
     * Reads the fields of a module.
     *
     * @throws ProblemException where the file is no ELF file or has no {@code .modinfo} ({@link
     *     ProblemCode#MODULE_INVALID})
     */
    public static ModuleInfo read(ByteSource module) {
        ElfFile file = ElfFile.open(module);
        SectionHeader section = file.section(SECTION)
                .orElseThrow(() -> ProblemException.input(
                        ProblemCode.MODULE_INVALID, module.name(), "It has no section " + SECTION + "."));
        String text = StandardCharsets.ISO_8859_1.decode(file.contents(section)).toString();
        List<Field> fields = new ArrayList<>();
        for (String entry : text.split("\0")) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                byte[] value = entry.substring(equals + 1).getBytes(StandardCharsets.ISO_8859_1);
                fields.add(new Field(entry.substring(0, equals), new String(value, StandardCharsets.UTF_8)));
            }
        }
        return new ModuleInfo(fields);
    }

    /** The first value of {@code key}. */
    public Optional<String> value(String key) {
        return values(key).stream().findFirst();
    }

    /** All values of {@code key}, in the module's order. */
    public List<String> values(String key) {
        return fields.stream()
                .filter(field -> field.key().equals(key))
                .map(Field::value)
                .toList();
    }
}
