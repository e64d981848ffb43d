package io.github.kpatch.boot;

import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Program headers of executables. Relocatable objects have none, so the engine does not know them; the boot test asks
 * two questions that only they answer: does a program need a dynamic loader ({@code PT_INTERP}), and can QEMU start a
 * kernel directly (a note)?
 */
final class ProgramHeaders {
    static final int INTERP = 3;
    static final int NOTE = 4;

    private static final int ENTRY_SIZE = 56;

    private ProgramHeaders() {}

    /**
     * @param type {@code p_type}
     * @param offset {@code p_offset}
     * @param fileSize {@code p_filesz} in bytes
     */
    record ProgramHeader(int type, long offset, long fileSize) {}

    /** All program headers of {@code file}, in order. */
    static List<ProgramHeader> of(ElfFile file) {
        ByteBuffer header = file.source().read(0, 64).order(file.header().order());
        int count = file.header().programHeaders();
        if (count == 0) {
            return List.of();
        }
        if (Short.toUnsignedInt(header.getShort(54)) != ENTRY_SIZE) {
            throw malformed(file, "The size of a program header is not " + ENTRY_SIZE + ".");
        }
        ByteBuffer table = range(file, header.getLong(32), (long) count * ENTRY_SIZE);
        List<ProgramHeader> headers = new ArrayList<>();
        for (int at = 0; at < count * ENTRY_SIZE; at += ENTRY_SIZE) {
            headers.add(new ProgramHeader(table.getInt(at), table.getLong(at + 8), table.getLong(at + 32)));
        }
        return headers;
    }

    /** The bytes of one segment, in the file's byte order. */
    static ByteBuffer contents(ElfFile file, ProgramHeader segment) {
        return range(file, segment.offset(), segment.fileSize());
    }

    private static ByteBuffer range(ElfFile file, long offset, long length) {
        long size = file.source().size();
        if (offset < 0 || length < 0 || offset > size || length > size - offset || length > Integer.MAX_VALUE - 8) {
            throw malformed(file, "A program header refers to bytes outside the file.");
        }
        return file.source().read(offset, (int) length).order(file.header().order());
    }

    private static ProblemException malformed(ElfFile file, String what) {
        return ProblemException.input(Problem.of(ProblemCode.ELF_MALFORMED, file.name(), what));
    }
}
