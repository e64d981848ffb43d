package io.github.kpatch.arch.x86;

import io.github.kpatch.elf.RelocationType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

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

    /** By number, without the prefix that all share; an empty one is not assigned. */
    private static final List<String> NAMES = List.of(
            "NONE",
            "64",
            "PC32",
            "GOT32",
            "PLT32",
            "COPY",
            "GLOB_DAT",
            "JUMP_SLOT",
            "RELATIVE",
            "GOTPCREL",
            "32",
            "32S",
            "16",
            "PC16",
            "8",
            "PC8",
            "DTPMOD64",
            "DTPOFF64",
            "TPOFF64",
            "TLSGD",
            "TLSLD",
            "DTPOFF32",
            "GOTTPOFF",
            "TPOFF32",
            "PC64",
            "GOTOFF64",
            "GOTPC32",
            "GOT64",
            "GOTPCREL64",
            "GOTPC64",
            "GOTPLT64",
            "PLTOFF64",
            "SIZE32",
            "SIZE64",
            "GOTPC32_TLSDESC",
            "TLSDESC_CALL",
            "TLSDESC",
            "IRELATIVE",
            "RELATIVE64",
            "",
            "",
            "GOTPCRELX",
            "REX_GOTPCRELX");

    private RelocationTypes() {}

    /** The field's size in bytes; empty for a type that the module loader does not know. */
    static OptionalInt fieldSize(RelocationType type) {
        Integer size = FIELDS.get(type);
        return size == null ? OptionalInt.empty() : OptionalInt.of(size);
    }

    /** The value (symbol and addend) that a linked field at {@code place} holds; empty for a type without a known field. */
    static OptionalLong linkedValue(RelocationType type, ByteBuffer field, long place) {
        if (type.equals(R_X86_64_64)) {
            return OptionalLong.of(field.getLong(0));
        }
        if (type.equals(R_X86_64_PC64)) {
            return OptionalLong.of(field.getLong(0) + place);
        }
        if (type.equals(R_X86_64_PC32) || type.equals(R_X86_64_PLT32)) {
            return OptionalLong.of(field.getInt(0) + place);
        }
        if (type.equals(R_X86_64_32)) {
            return OptionalLong.of(Integer.toUnsignedLong(field.getInt(0)));
        }
        return type.equals(R_X86_64_32S) ? OptionalLong.of(field.getInt(0)) : OptionalLong.empty();
    }

    /** The name of the type; one that is not assigned goes by its number. */
    static String name(RelocationType type) {
        boolean assigned = type.value() >= 0
                && type.value() < NAMES.size()
                && !NAMES.get(type.value()).isEmpty();
        return assigned ? "R_X86_64_" + NAMES.get(type.value()) : "number " + type;
    }
}
