package io.github.kpatch.host;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;

/**
 * The payload of an RPM package: a cpio archive in the "new ASCII" form ({@code 070701}), a text of hexadecimal numbers in
 * front of each file. The link that a symbolic link holds is its content. Of files that are hard links to one another
 * only the last has the content, the others seem to be empty: all of them are shown with it.
 *
 * <p>rpm writes a form of its own ({@code 07070X}), without names and lengths, where a file has more than 4 GiB and in
 * packages of its version 6; these are refused.
 */
final class CpioPayload {
    private static final String STRIPPED = "07070X";
    private static final int BLOCK = 512;
    private static final int LONGEST_LINK = 4096;

    /** The longest content that is shown under several names. */
    private static final int LONGEST_SHARED = 1 << 28;

    private final Path archive;
    private final Archives.Visitor visitor;

    /** Entries that share the content of one that follows, by inode. */
    private final Map<String, List<CpioArchiveEntry>> waiting = new HashMap<>();

    CpioPayload(Path archive, Archives.Visitor visitor) {
        this.archive = archive;
        this.visitor = visitor;
    }

    /** Shows all entries of the archive that {@code decoded} is. */
    void walk(InputStream decoded) throws IOException {
        BufferedInputStream in = new BufferedInputStream(decoded, 1 << 16);
        checkForm(in);
        CpioArchiveInputStream cpio = new CpioArchiveInputStream(in, BLOCK, StandardCharsets.UTF_8.name());
        for (CpioArchiveEntry entry = next(cpio); entry != null; entry = next(cpio)) {
            if (!visitor.wantsMore()) {
                return;
            }
            Archives.Content content = new Archives.Content(archive, cpio);
            take(entry, content);
            content.skipRest();
        }
        // Files that share no content are empty indeed.
        for (List<CpioArchiveEntry> empty : waiting.values()) {
            for (CpioArchiveEntry entry : empty) {
                show(entry, 0, Optional.empty(), InputStream.nullInputStream());
            }
        }
        Archives.drain(in);
    }

    private void checkForm(BufferedInputStream in) throws IOException {
        in.mark(STRIPPED.length());
        String magic = new String(in.readNBytes(STRIPPED.length()), StandardCharsets.US_ASCII);
        in.reset();
        if (magic.equals(STRIPPED)) {
            throw ProblemException.input(
                    ProblemCode.ARCHIVE_FORM_UNKNOWN,
                    archive.toString(),
                    "Its payload has rpm's form for files of more than 4 GiB and for packages of version 6 (" + STRIPPED
                            + ").");
        }
        if (!magic.equals(CpioConstants.MAGIC_NEW)) {
            throw new IOException("its payload does not begin with " + CpioConstants.MAGIC_NEW);
        }
    }

    /** The library ends in unchecked exceptions on some malformed headers. */
    private static CpioArchiveEntry next(CpioArchiveInputStream cpio) throws IOException {
        try {
            return cpio.getNextEntry();
        } catch (RuntimeException e) {
            throw new IOException("a cpio header is malformed", e);
        }
    }

    private void take(CpioArchiveEntry entry, InputStream content) throws IOException {
        if (!entry.isRegularFile() || entry.getNumberOfLinks() < 2) {
            show(entry, entry.getSize(), link(entry, content), content);
            return;
        }
        String inode = entry.getDeviceMaj() + " " + entry.getDeviceMin() + " " + entry.getInode();
        if (entry.getSize() == 0) {
            waiting.computeIfAbsent(inode, key -> new ArrayList<>()).add(entry);
            return;
        }
        List<CpioArchiveEntry> sharing = waiting.getOrDefault(inode, List.of());
        waiting.remove(inode);
        if (sharing.isEmpty()) {
            show(entry, entry.getSize(), Optional.empty(), content);
            return;
        }
        if (entry.getSize() > LONGEST_SHARED) {
            throw EntryNames.unsafe(
                    archive, entry.getName(), "is hard links of more than " + LONGEST_SHARED + " bytes");
        }
        byte[] bytes = content.readAllBytes();
        for (CpioArchiveEntry one : sharing) {
            show(one, bytes.length, Optional.empty(), new ByteArrayInputStream(bytes));
        }
        show(entry, bytes.length, Optional.empty(), new ByteArrayInputStream(bytes));
    }

    private Optional<String> link(CpioArchiveEntry entry, InputStream content) throws IOException {
        if (!entry.isSymbolicLink()) {
            return Optional.empty();
        }
        byte[] target = content.readNBytes(LONGEST_LINK);
        if (target.length == LONGEST_LINK) {
            throw EntryNames.unsafe(archive, entry.getName(), "is a link of more than " + LONGEST_LINK + " bytes");
        }
        return Optional.of(new String(target, StandardCharsets.UTF_8));
    }

    private void show(CpioArchiveEntry entry, long size, Optional<String> link, InputStream content) {
        Archives.visit(visitor, EntryNames.safe(archive, entry, size, link), content);
    }
}
