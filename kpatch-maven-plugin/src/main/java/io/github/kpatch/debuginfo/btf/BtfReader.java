package io.github.kpatch.debuginfo.btf;

import io.github.kpatch.debuginfo.FoundSizes;
import io.github.kpatch.debuginfo.NameOffsets;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionHeader;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;

/**
 * Reads sizes of structures from {@code .BTF}: a header, then all types one behind the other, then their names. A type's
 * length follows from its kind, so a kind this version does not know ends the reading with an error.
 */
public final class BtfReader {
    private static final String SECTION = ".BTF";
    private static final int MAGIC = 0xeb9f;
    private static final int SHORTEST_HEADER = 24;
    private static final int TYPE_SIZE = 12;
    private static final int KIND_STRUCT = 4;

    private final ElfFile file;
    private final SectionHeader section;
    private final ByteBuffer bytes;

    private BtfReader(ElfFile file, SectionHeader section) {
        this.file = file;
        this.section = section;
        this.bytes = file.contents(section);
    }

    /** Whether the file has BTF; a separate file of debug information names the section and leaves out its bytes. */
    public static boolean isIn(ElfFile file) {
        return file.section(SECTION)
                .filter(section -> section.size() > 0 && !section.type().equals(SectionType.NOBITS))
                .isPresent();
    }

    /**
     * The sizes in bytes of those structures among {@code wanted} that the file has.
     *
     * @throws ProblemException with {@link ProblemCode#ELF_MALFORMED} when the BTF is damaged or newer than this version
     */
    public static Map<String, Integer> structSizes(ElfFile file, Collection<String> wanted) {
        SectionHeader section = file.section(SECTION).orElseThrow();
        return new BtfReader(file, section).structSizes(wanted);
    }

    private Map<String, Integer> structSizes(Collection<String> wanted) {
        if (bytes.limit() < SHORTEST_HEADER || Short.toUnsignedInt(bytes.getShort(0)) != MAGIC) {
            throw malformed("It does not begin with a BTF header in the file's byte order.");
        }
        if (bytes.get(2) != 1) {
            throw malformed("Its BTF version is " + bytes.get(2) + " instead of 1.");
        }
        long header = Integer.toUnsignedLong(bytes.getInt(4));
        ByteBuffer types = part(header, 8);
        ByteBuffer strings = part(header, 16);
        FoundSizes found = new FoundSizes(file, wanted);
        readTypes(types, names(strings, wanted), found);
        return found.sizes();
    }

    /** The part whose offset behind the header and length stand at {@code at}. */
    private ByteBuffer part(long header, int at) {
        long offset = header + Integer.toUnsignedLong(bytes.getInt(at));
        long length = Integer.toUnsignedLong(bytes.getInt(at + 4));
        if (header < SHORTEST_HEADER || offset + length > bytes.limit()) {
            throw malformed("Its header refers to bytes behind its end.");
        }
        return bytes.slice((int) offset, (int) length).order(bytes.order());
    }

    private static NameOffsets names(ByteBuffer strings, Collection<String> wanted) {
        byte[] copy = new byte[strings.limit()];
        strings.get(copy);
        try {
            return NameOffsets.find(new ByteArrayInputStream(copy), wanted);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readTypes(ByteBuffer types, NameOffsets names, FoundSizes found) {
        long at = 0;
        while (at < types.limit()) {
            if (types.limit() - at < TYPE_SIZE) {
                throw malformed("Its last type is cut short.");
            }
            int info = types.getInt((int) at + 4);
            int kind = info >>> 24 & 0x1f;
            String name = names.at(Integer.toUnsignedLong(types.getInt((int) at)));
            if (kind == KIND_STRUCT && name != null) {
                found.add(name, Integer.toUnsignedLong(types.getInt((int) at + 8)));
            }
            at += TYPE_SIZE + (long) bytesBehind(kind, info & 0xffff);
        }
        if (at != types.limit()) {
            throw malformed("Its last type is cut short.");
        }
    }

    /** How many bytes follow the common part of a type of that kind with {@code count} members. */
    private int bytesBehind(int kind, int count) {
        return switch (kind) {
            case 1, 14, 17 -> 4; // INT, VAR, DECL_TAG
            case 2, 7, 8, 9, 10, 11, 12, 16, 18 -> 0; // PTR, FWD, TYPEDEF, qualifiers, FUNC, FLOAT, TYPE_TAG
            case 3 -> 12; // ARRAY
            case KIND_STRUCT, 5, 15, 19 -> 12 * count; // STRUCT, UNION, DATASEC, ENUM64
            case 6, 13 -> 8 * count; // ENUM, FUNC_PROTO
            default -> throw malformed("It holds types of kind " + kind + ", which this version does not know.");
        };
    }

    private ProblemException malformed(String what) {
        return ProblemException.input(ProblemCode.ELF_MALFORMED, file.name() + ", section " + section.name(), what);
    }
}
