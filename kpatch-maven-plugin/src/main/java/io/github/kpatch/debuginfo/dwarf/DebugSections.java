package io.github.kpatch.debuginfo.dwarf;

import com.github.luben.zstd.ZstdInputStream;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionHeader;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.zip.InflaterInputStream;

/**
 * The debug sections of a file as streams of plain bytes. They are hundreds of megabytes, and may be compressed in two
 * ways: with {@code SHF_COMPRESSED} and a header that names zlib or zstd (generic ABI), or the older GNU way, as {@code
 * .zdebug_info} with the letters {@code ZLIB} and a big-endian length in front.
 */
final class DebugSections {
    private static final int COMPRESSION_HEADER = 24;
    private static final int GNU_HEADER = 12;
    private static final int ZLIB = 1;
    private static final int ZSTD = 2;

    private final ElfFile file;

    DebugSections(ElfFile file) {
        this.file = file;
    }

    /**
     * The sections {@code .debug_<name>} or {@code .zdebug_<name>}. In an object each type unit has a section of its own,
     * all of one name, for the linker to keep one of each.
     */
    List<SectionHeader> all(String name) {
        return file.sections().stream()
                .filter(section -> section.size() > 0 && !section.type().equals(SectionType.NOBITS))
                .filter(section -> section.name().equals(".debug_" + name)
                        || section.name().equals(".zdebug_" + name))
                .toList();
    }

    /** The first of {@link #all}. */
    Optional<SectionHeader> find(String name) {
        return all(name).stream().findFirst();
    }

    /** The plain bytes of the section, from its first. */
    InputStream open(SectionHeader section) throws IOException {
        InputStream stored = new SectionStream(file, section);
        if (section.name().startsWith(".zdebug_")) {
            ByteBuffer header = header(section, stored, GNU_HEADER);
            if (header.getInt(0) != 0x5a4c4942) {
                throw malformed(section, "It does not begin with ZLIB.");
            }
            return new InflaterInputStream(stored);
        }
        if ((section.flags() & SectionFlags.COMPRESSED) == 0) {
            return stored;
        }
        int method = header(section, stored, COMPRESSION_HEADER)
                .order(file.header().order())
                .getInt(0);
        return switch (method) {
            case ZLIB -> new InflaterInputStream(stored);
            case ZSTD -> new ZstdInputStream(stored);
            default -> throw malformed(section, "It is compressed by the unknown method " + method + ".");
        };
    }

    private ByteBuffer header(SectionHeader section, InputStream stored, int size) throws IOException {
        byte[] header = stored.readNBytes(size);
        if (header.length < size) {
            throw malformed(section, "It is too short for its compression header.");
        }
        return ByteBuffer.wrap(header);
    }

    ProblemException malformed(SectionHeader section, String what) {
        return ProblemException.input(ProblemCode.ELF_MALFORMED, file.name() + ", section " + section.name(), what);
    }

    /** What is said of DWARF that could not be read to its end. */
    static ProblemException unreadable(ElfFile file, IOException cause) {
        return ProblemException.input(
                Problem.of(
                        ProblemCode.ELF_MALFORMED,
                        file.name(),
                        cause instanceof UnknownFormException
                                ? "Its DWARF holds " + cause.getMessage() + "."
                                : "Its DWARF is damaged or cut short."),
                cause);
    }
}
