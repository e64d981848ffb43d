package io.github.kpatch.host;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an RPM package file says in front of its payload. The layout is the one that rpm's own documentation gives as
 * version 4: a lead of 96 bytes, a header of signatures padded to eight bytes, the header proper, the compressed payload.
 * A header is a count of entries, the length of a store, the entries (tag, type, offset in the store, count) and the
 * store, all numbers big-endian.
 *
 * <p>The library for it, Eclipse Packager, allocates whatever a header claims to hold, up to two gigabytes, and ends in
 * unchecked exceptions on others; so the few fields that are wanted are read here, each within the file.
 *
 * @param name such as {@code kernel-core}
 * @param version such as {@code 5.14.0}
 * @param release such as {@code 427.el9}
 * @param source whether it is a source package
 * @param format of the payload: {@code cpio}
 * @param compressor of the payload, such as {@code zstd}
 * @param payload where in the file the payload begins
 */
public record RpmPackage(
        String name, String version, String release, boolean source, String format, String compressor, long payload) {
    private static final int MAGIC = 0xedabeedb;
    private static final int LEAD = 96;
    private static final int LEAD_TYPE = 6;
    private static final int TYPE_SOURCE = 1;
    private static final int HEADER_MAGIC = 0x8eade801;
    private static final int HEADER_INTRODUCTION = 16;
    private static final int ENTRY = 16;
    private static final int INT32 = 4;
    private static final int STRING = 6;
    private static final int STRING_ARRAY = 8;

    /** rpm's own limit for a header proper; a kernel's has some hundred entries. */
    private static final int MOST_ENTRIES = 1 << 16;

    /** A kernel's development package has twenty thousand files. */
    private static final int MOST_BYTES_OF_NAMES = 1 << 26;

    /** Names and versions are short. */
    private static final int LONGEST_TEXT = 1024;

    private static final int NAME = 1000;
    private static final int VERSION = 1001;
    private static final int RELEASE = 1002;
    private static final int FOLDER_OF_FILE = 1116;
    private static final int FILE_NAMES = 1117;
    private static final int FOLDERS = 1118;
    private static final int PAYLOAD_FORMAT = 1124;
    private static final int PAYLOAD_COMPRESSOR = 1125;

    /** Whether a file is an RPM package, by its first bytes. */
    public static boolean is(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.size() >= Integer.BYTES
                    && read(channel, 0, Integer.BYTES).getInt() == MAGIC;
        } catch (IOException e) {
            throw ProblemException.input(
                    Problem.of(ProblemCode.INPUT_MISSING, file.toString(), "The file cannot be read (" + e + ")."), e);
        }
    }

    /**
     * Reads the headers of a package.
     *
     * @throws ProblemException KP207 when they are cut short or damaged
     */
    public static RpmPackage read(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer lead = read(channel, 0, LEAD);
            if (lead.getInt(0) != MAGIC) {
                throw new IOException("it is no RPM package");
            }
            long signaturesEnd = Header.at(channel, LEAD).end();
            Header header = Header.at(channel, (signaturesEnd + Long.BYTES - 1) / Long.BYTES * Long.BYTES);
            return new RpmPackage(
                    header.text(NAME).orElseThrow(() -> new IOException("its header has no name")),
                    header.text(VERSION).orElseThrow(() -> new IOException("its header has no version")),
                    header.text(RELEASE).orElseThrow(() -> new IOException("its header has no release")),
                    lead.getShort(LEAD_TYPE) == TYPE_SOURCE,
                    header.text(PAYLOAD_FORMAT).orElse("cpio"),
                    header.text(PAYLOAD_COMPRESSOR).orElse("gzip"),
                    header.end());
        } catch (IOException e) {
            throw Archives.damaged(file, e);
        }
    }

    /**
     * The files of a package, without a leading slash.
     *
     * @throws ProblemException KP207 when its headers are cut short or damaged
     */
    public static List<String> files(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            long signaturesEnd = Header.at(channel, LEAD).end();
            Header header = Header.at(channel, (signaturesEnd + Long.BYTES - 1) / Long.BYTES * Long.BYTES);
            List<String> folders = header.texts(FOLDERS);
            List<String> names = header.texts(FILE_NAMES);
            List<String> files = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                int folder = header.number(FOLDER_OF_FILE, i);
                if (folder < 0 || folder >= folders.size()) {
                    throw new IOException("a file lies in a folder that its header does not name");
                }
                files.add((folders.get(folder) + names.get(i)).replaceFirst("^/", ""));
            }
            return List.copyOf(files);
        } catch (IOException e) {
            throw Archives.damaged(file, e);
        }
    }

    /** Version and release, as a kernel's release begins with them. */
    public String versionRelease() {
        return version + "-" + release;
    }

    private static ByteBuffer read(FileChannel channel, long position, int length) throws IOException {
        if (position + length > channel.size()) {
            throw new EOFException();
        }
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new EOFException();
            }
        }
        return buffer.flip();
    }

    /**
     * One header.
     *
     * @param texts where the strings are in the file, by tag
     * @param arrays where texts and numbers of which there may be several are, by tag
     * @param end where the header ends in the file
     */
    private record Header(FileChannel channel, Map<Integer, Long> texts, Map<Integer, Several> arrays, long end) {
        /** Where values lie in the file, and how many. */
        private record Several(long at, int count) {}

        static Header at(FileChannel channel, long position) throws IOException {
            ByteBuffer introduction = read(channel, position, HEADER_INTRODUCTION);
            int entries = introduction.getInt(8);
            int length = introduction.getInt(12);
            if (introduction.getInt(0) != HEADER_MAGIC || entries < 0 || entries > MOST_ENTRIES || length < 0) {
                throw new IOException("a header is malformed");
            }
            long store = position + HEADER_INTRODUCTION + (long) entries * ENTRY;
            if (store + length > channel.size()) {
                throw new EOFException();
            }
            ByteBuffer index = read(channel, position + HEADER_INTRODUCTION, entries * ENTRY);
            Map<Integer, Long> texts = new HashMap<>();
            Map<Integer, Several> arrays = new HashMap<>();
            while (index.hasRemaining()) {
                int tag = index.getInt();
                int type = index.getInt();
                int offset = index.getInt();
                int count = index.getInt();
                boolean several = type == STRING_ARRAY || type == INT32;
                if (!several && (type != STRING || count != 1)) {
                    continue;
                }
                if (offset < 0 || offset >= length) {
                    throw new IOException("the header's entry " + tag + " lies outside of it");
                }
                if (several) {
                    arrays.put(tag, new Several(store + offset, count));
                } else {
                    texts.put(tag, store + offset);
                }
            }
            return new Header(channel, texts, arrays, store + length);
        }

        List<String> texts(int tag) throws IOException {
            Several several = arrays.get(tag);
            if (several == null) {
                return List.of();
            }
            ByteBuffer bytes = read(channel, several.at(), (int) Math.min(MOST_BYTES_OF_NAMES, end - several.at()));
            List<String> found = new ArrayList<>();
            for (int i = 0; i < several.count(); i++) {
                int start = bytes.position();
                while (bytes.hasRemaining() && bytes.get(bytes.position()) != 0) {
                    bytes.position(bytes.position() + 1);
                }
                if (!bytes.hasRemaining()) {
                    throw new IOException("the header's texts " + tag + " have no end");
                }
                found.add(StandardCharsets.UTF_8
                        .decode(bytes.duplicate().limit(bytes.position()).position(start))
                        .toString());
                bytes.get();
            }
            return found;
        }

        int number(int tag, int index) throws IOException {
            Several several = arrays.get(tag);
            if (several == null || index >= several.count()) {
                throw new IOException("the header has too few numbers " + tag);
            }
            long at = several.at() + (long) index * Integer.BYTES;
            if (at + Integer.BYTES > end) {
                throw new EOFException();
            }
            return read(channel, at, Integer.BYTES).getInt();
        }

        Optional<String> text(int tag) throws IOException {
            Long at = texts.get(tag);
            if (at == null) {
                return Optional.empty();
            }
            ByteBuffer bytes = read(channel, at, (int) Math.min(LONGEST_TEXT, end - at));
            int length = 0;
            while (length < bytes.limit() && bytes.get(length) != 0) {
                length++;
            }
            if (length == bytes.limit()) {
                throw new IOException("the header's text " + tag + " has no end");
            }
            return Optional.of(
                    StandardCharsets.UTF_8.decode(bytes.limit(length)).toString());
        }
    }
}
