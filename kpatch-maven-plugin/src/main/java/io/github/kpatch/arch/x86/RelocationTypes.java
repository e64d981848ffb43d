package io.github.kpatch.arch.x86;

import io.github.kpatch.elf.RelocationType;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The relocation types of this machine, by their names, and how many bytes each fills. The kernel's module loader knows a
 * handful, refuses all others, and refuses to fill a field that is not zero.
 *
 * <p>Source: the x86-64 psABI, relocation types; {@code arch/x86/kernel/module.c}.
 */
final class RelocationTypes {
    static final RelocationType R_X86_64_NONE = new RelocationType(0);
    static final RelocationType R_X86_64_64 = new RelocationType(1);
    static final RelocationType R_X86_64_PC32 = new RelocationType(2);
    static final RelocationType R_X86_64_PLT32 = new RelocationType(4);
    static final RelocationType R_X86_64_32 = new RelocationType(10);
    static final RelocationType R_X86_64_32S = new RelocationType(11);
    static final RelocationType R_X86_64_PC64 = new RelocationType(24);

    private static final Map<RelocationType, Integer> FIELDS = Map.of(
            R_X86_64_NONE, 0,
            R_X86_64_64, 8,
            R_X86_64_PC64, 8,
            R_X86_64_PC32, 4,
            R_X86_64_PLT32, 4,
            R_X86_64_32, 4,
            R_X86_64_32S, 4);

    private static final Map<RelocationType, String> NAMES = Map.of(
            R_X86_64_NONE, "R_X86_64_NONE",
            R_X86_64_64, "R_X86_64_64",
            R_X86_64_PC64, "R_X86_64_PC64",
            R_X86_64_PC32, "R_X86_64_PC32",
            R_X86_64_PLT32, "R_X86_64_PLT32",
            R_X86_64_32, "R_X86_64_32",
            R_X86_64_32S, "R_X86_64_32S");

    private RelocationTypes() {}

    /** The field's size in bytes; empty for a type that the module loader does not know. */
    static OptionalInt fieldSize(RelocationType type) {
        Integer size = FIELDS.get(type);
        return size == null ? OptionalInt.empty() : OptionalInt.of(size);
    }

    /** The name of the type; one that kernel code does not use goes by its number. */
    static String name(RelocationType type) {
        return NAMES.getOrDefault(type, "number " + type);
    }
}
