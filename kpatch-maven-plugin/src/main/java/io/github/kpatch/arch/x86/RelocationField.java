package io.github.kpatch.arch.x86;

import io.github.kpatch.elf.RelocationType;
import java.util.OptionalInt;

/**
 * How many bytes a relocation fills. The kernel's module loader knows a handful of types, refuses all others, and
 * refuses to fill a field that is not zero.
 *
 * <p>Source: the x86-64 psABI, relocation types; {@code arch/x86/kernel/module.c}.
 */
final class RelocationField {
    private RelocationField() {}

    /** The field's size in bytes; empty for a type that the module loader does not know. */
    static OptionalInt size(RelocationType type) {
        return switch (type.value()) {
            case 0 -> OptionalInt.of(0); // R_X86_64_NONE
            case 1, 24 -> OptionalInt.of(8); // R_X86_64_64, R_X86_64_PC64
            case 2, 4, 10, 11 -> OptionalInt.of(4); // R_X86_64_PC32, PLT32, 32, 32S
            default -> OptionalInt.empty();
        };
    }
}
