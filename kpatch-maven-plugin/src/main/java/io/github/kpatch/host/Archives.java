package io.github.kpatch.host;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Reads tar archives in any compression, Debian packages, which are tar archives inside an {@code ar} archive, and RPM
 * packages, which hold a cpio archive, without a process and without installing anything. An archive is read once, from front to back; its SHA-256 is
 * compared in the same pass. Kernel archives come from strangers and over networks: what is cut short, damaged, altered
 * or written to climb out of its folder ends in one coded problem.
 */
public final class Archives {
    private static final int TAR_RECORD = 512;

    /** Debian's longest module has 340 MiB with its debug information; a bomb of a few kilobytes could have any length. */
    private static final int LONGEST_CONTENT = 1 << 30;

    private static final long MEBIBYTE = 1 << 20;
    private static final byte[] AR_MAGIC = "!<arch>\n".getBytes(StandardCharsets.US_ASCII);

    private final Progress progress;

    /**
     * @param progress told how far reading is
     */
    public Archives(Progress progress) {
        this.progress = progress;
    }

    /** Is shown each entry of an archive in its order. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * Takes one entry.
         *
         * @param content the entry's content; what is not read of it is skipped
         * @throws IOException when what the visitor writes cannot be written
         */
        void visit(ArchiveEntry entry, InputStream content) throws IOException;

        /** Whether it wants to see more; the rest is then not decoded. Asked before each entry. */
        default boolean wantsMore() {
            return true;
        }
    }

    /**
     * Unpacks an archive into a folder: files, folders and, last of all, links, so that nothing can be written through
     * a link.
     *
     * @param title what the user is told is being done
     * @param archive tar archive or package
     * @param sha256 what its SHA-256 must be, if that is known
     * @param folder made where missing; half-filled when this fails, so the caller must not trust it then
     * @return SHA-256 of the archive file
     */
    public String unpack(String title, Path archive, Optional<String> sha256, Path folder) {
        Folders.make(folder);
        Unpacking unpacking = new Unpacking(archive, folder);
        String digest = read(title, archive, sha256, unpacking);
        unpacking.finish();
        return digest;
    }

    /**
     * Shows each entry of an archive to a visitor.
     *
     * @param title what the user is told is being done
     * @param archive tar archive or package, of which the files are read
     * @param sha256 what its SHA-256 must be, if that is known
     * @return SHA-256 of the archive file
     */
    public String read(String title, Path archive, Optional<String> sha256, Visitor visitor) {
        try (Progress.Task task = progress.start(title, Files.size(archive) / MEBIBYTE, "MiB");
                FileReading file = new FileReading(archive, task)) {
            try {
                walk(archive, file, visitor);
            } catch (ProblemException e) {
                // A wrong archive is named as such even where its content is damaged too.
                if (e.problems().get(0).code() == ProblemCode.ARCHIVE_DAMAGED) {
                    check(archive, file.finish(), sha256);
                }
                throw e;
            }
            String digest = file.finish();
            check(archive, digest, sha256);
            return digest;
        } catch (IOException e) {
            throw ProblemException.input(
                    Problem.of(
                            ProblemCode.INPUT_MISSING, archive.toString(), "The archive cannot be read (" + e + ")."),
                    e);
        }
    }

    /**
     * The fields of a Debian package's {@code control} file, by name; continuation lines are left out.
     *
     * @param debianPackage the {@code .deb}
     */
    public static Map<String, String> control(Path debianPackage) {
        Map<String, String> fields = new HashMap<>();
        Visitor visitor = (entry, content) -> {
            if (entry.name().equals("control")) {
                String text = new String(content.readAllBytes(), StandardCharsets.UTF_8);
                for (String line : text.split("\n")) {
                    int colon = line.indexOf(':');
                    if (colon > 0 && !Character.isWhitespace(line.charAt(0))) {
                        fields.put(
                                line.substring(0, colon),
                                line.substring(colon + 1).strip());
                    }
                }
            }
        };
        try (Progress.Task task = Progress.NONE.start("", -1, "");
                FileReading file = new FileReading(debianPackage, task)) {
            new Archives(Progress.NONE).walkMember(debianPackage, file, "control.tar", visitor);
        } catch (IOException e) {
            throw damaged(debianPackage, e);
        }
        if (!fields.containsKey("Package") || !fields.containsKey("Version")) {
            throw damaged(debianPackage, new IOException("its control file names no package and version"));
        }
        return fields;
    }

    /** Whether a file is a Debian package, or another {@code ar} archive, by its first bytes. */
    public static boolean isDebianPackage(Path file) {
        return Arrays.equals(firstBytes(file, AR_MAGIC.length), AR_MAGIC);
    }

    private static byte[] firstBytes(Path file, int count) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(count);
        } catch (IOException e) {
            throw ProblemException.input(
                    Problem.of(ProblemCode.INPUT_MISSING, file.toString(), "The file cannot be read (" + e + ")."), e);
        }
    }

    private static void check(Path archive, String digest, Optional<String> sha256) {
        if (sha256.isPresent() && !sha256.get().toLowerCase(Locale.ROOT).equals(digest)) {
            throw ProblemException.input(
                    ProblemCode.CHECKSUM_MISMATCH,
                    archive.toString(),
                    "The SHA-256 should be " + sha256.get() + " and is " + digest + ".");
        }
    }

    private void walk(Path archive, FileReading file, Visitor visitor) throws IOException {
        if (isDebianPackage(archive)) {
            walkMember(archive, file, "data.tar", visitor);
        } else if (RpmPackage.is(archive)) {
            walkPayload(archive, file, visitor);
        } else {
            walkTar(archive, file, Files.size(archive), visitor);
        }
    }

    private void walkMember(Path archive, FileReading file, String member, Visitor visitor) {
        try {
            ArArchiveInputStream ar = new ArArchiveInputStream(file);
            for (ArArchiveEntry entry = ar.getNextEntry(); entry != null; entry = ar.getNextEntry()) {
                if (entry.getName().startsWith(member)) {
                    if (file.position() + entry.getSize() > Files.size(archive)) {
                        throw new IOException("its member " + entry.getName() + " is cut short");
                    }
                    walkTar(archive, file, entry.getSize(), visitor);
                    return;
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw damaged(archive, e);
        }
        throw damaged(archive, new IOException("it has no member " + member));
    }

    private static void walkPayload(Path archive, FileReading file, Visitor visitor) {
        RpmPackage rpm = RpmPackage.read(archive);
        if (!rpm.format().equals("cpio") || rpm.compressor().equals("lzma")) {
            throw ProblemException.input(
                    ProblemCode.ARCHIVE_FORM_UNKNOWN,
                    archive.toString(),
                    "Its payload is " + rpm.format() + ", compressed by " + rpm.compressor() + ".");
        }
        try {
            file.skipNBytes(rpm.payload());
            try (InputStream decoded = decode(archive, file, Files.size(archive) - rpm.payload())) {
                new CpioPayload(archive, visitor).walk(decoded);
            }
        } catch (IOException e) {
            throw damaged(archive, e);
        } catch (UncheckedIOException e) {
            throw Folders.unusable(archive, e.getCause());
        }
    }

    /** Walks the tar that begins where {@code file} stands and takes {@code length} bytes. */
    private void walkTar(Path archive, FileReading file, long length, Visitor visitor) {
        try (InputStream decoded = decode(archive, file, length);
                TarArchiveInputStream tar = new TarArchiveInputStream(decoded, StandardCharsets.UTF_8.name())) {
            long end = 0;
            long entries = 0;
            for (TarArchiveEntry entry = next(tar); entry != null; entry = next(tar)) {
                if (!visitor.wantsMore()) {
                    return;
                }
                Content content = new Content(archive, tar);
                ArchiveEntry safe = EntryNames.safe(archive, entry);
                visit(visitor, safe, content);
                content.skipRest();
                end = (tar.getBytesRead() + TAR_RECORD - 1) / TAR_RECORD * TAR_RECORD;
                entries++;
            }
            long total = tar.getBytesRead() + drain(decoded);
            if (entries == 0 || total < end + TAR_RECORD) {
                throw new IOException(entries == 0 ? "it holds no tar archive" : "its end is missing");
            }
        } catch (IOException e) {
            throw damaged(archive, e);
        } catch (UncheckedIOException e) {
            throw Folders.unusable(archive, e.getCause());
        }
    }

    static void visit(Visitor visitor, ArchiveEntry entry, InputStream content) {
        try {
            visitor.visit(entry, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The library ends in unchecked exceptions on some malformed headers. */
    private static TarArchiveEntry next(TarArchiveInputStream tar) throws IOException {
        try {
            return tar.getNextEntry();
        } catch (RuntimeException e) {
            throw new IOException("a tar header is malformed", e);
        }
    }

    /** How the name of an archive of source ends by what it holds, such as {@code tar.xz} or {@code src.rpm}; without a dot in front. */
    public static String extension(Path archive) {
        if (RpmPackage.is(archive)) {
            return "src.rpm";
        }
        return Folders.doing(
                archive, () -> "tar" + Compression.of(magic(archive, 0)).ending());
    }

    /**
     * The content of a file that may be compressed as a whole, as module files are.
     *
     * @param name what to call the file in messages
     * @throws ProblemException KP207 when it is damaged, or longer than any file of a kernel
     */
    public static byte[] decompressed(String name, byte[] content) {
        return decompressed(name, content, LONGEST_CONTENT);
    }

    static byte[] decompressed(String name, byte[] content, int limit) {
        Compression compression = Compression.of(content);
        if (compression == Compression.NONE) {
            return content;
        }
        try (InputStream in = compression.open(new ByteArrayInputStream(content))) {
            byte[] plain = in.readNBytes(limit);
            if (plain.length == limit) {
                throw new IOException("it is longer than " + limit + " bytes");
            }
            return plain;
        } catch (IOException | RuntimeException e) {
            throw damaged(Path.of(name), e);
        }
    }

    static long drain(InputStream in) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long total = 0;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            total += count;
        }
        return total;
    }

    private static InputStream decode(Path archive, FileReading file, long length) throws IOException {
        byte[] first = new byte[0];
        if (length >= Compression.MAGIC_LENGTH) {
            first = magic(archive, file.position());
        }
        Compression compression = Compression.of(first);
        if (compression == Compression.XZ) {
            Optional<InputStream> parallel = ParallelXzStream.open(file, archive, length);
            if (parallel.isPresent()) {
                return parallel.get();
            }
        }
        InputStream limited = new BufferedInputStream(new Limited(file, length), 1 << 16);
        return compression.open(limited);
    }

    private static byte[] magic(Path archive, long position) throws IOException {
        try (InputStream in = Files.newInputStream(archive)) {
            in.skipNBytes(position);
            return in.readNBytes(Compression.MAGIC_LENGTH);
        }
    }

    static ProblemException damaged(Path archive, Exception cause) {
        String reason = cause instanceof EOFException ? "it ends too early" : cause.getMessage();
        return ProblemException.input(
                Problem.of(
                        ProblemCode.ARCHIVE_DAMAGED,
                        archive.toString(),
                        "The archive is cut short or damaged (" + reason + ")."),
                cause);
    }

    /** An entry's content, whose read errors are the archive's and never taken for errors of what the visitor writes. */
    static final class Content extends InputStream {
        private final Path archive;
        private final InputStream in;

        Content(Path archive, InputStream in) {
            this.archive = archive;
            this.in = in;
        }

        void skipRest() {
            byte[] buffer = new byte[1 << 16];
            int count = read(buffer, 0, buffer.length);
            while (count >= 0) {
                count = read(buffer, 0, buffer.length);
            }
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            try {
                return in.read(buffer, offset, length);
            } catch (IOException | RuntimeException e) {
                throw damaged(archive, e);
            }
        }
    }

    /** The next bytes of a file, and no more. */
    private static final class Limited extends InputStream {
        private final InputStream in;
        private long left;

        Limited(InputStream in, long length) {
            this.in = in;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = in.read(buffer, offset, (int) Math.min(length, left));
            if (count > 0) {
                left -= count;
            }
            return count;
        }
    }
}
