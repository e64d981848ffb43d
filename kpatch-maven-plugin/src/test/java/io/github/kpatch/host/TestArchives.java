package io.github.kpatch.host;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Makes archives, good and hostile ones, in every form that is read. */
public final class TestArchives {
    /** When all entries were last changed. */
    public static final long MODIFIED_MILLIS = 1_600_000_000_000L;

    private static final int XZ_BLOCK = 20_000;

    /** A form that archives come in. */
    public enum Form {
        TAR,
        XZ,
        XZ_BLOCKS,
        GZIP,
        BZIP2,
        ZSTD,
        DEB,
        RPM
    }

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name());

    /** An archive without entries. */
    public TestArchives() {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    }

    /** Adds a regular file. */
    public TestArchives file(String name, byte[] content, int mode) {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(content.length);
        entry.setMode(mode);
        return add(entry, content);
    }

    /** Adds a regular file with text. */
    public TestArchives file(String name, String content) {
        return file(name, content.getBytes(StandardCharsets.UTF_8), 0100644);
    }

    /** Adds a folder. */
    public TestArchives folder(String name) {
        return add(new TarArchiveEntry(name + "/", true), new byte[0]);
    }

    /** Adds a symbolic link. */
    public TestArchives link(String name, String target) {
        return special(name, TarConstants.LF_SYMLINK, target);
    }

    /** Adds an entry of any type. */
    public TestArchives special(String name, byte type, String target) {
        TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
        entry.setLinkName(target);
        return add(entry, new byte[0]);
    }

    private TestArchives add(TarArchiveEntry entry, byte[] content) {
        try {
            entry.setModTime(FileTime.fromMillis(MODIFIED_MILLIS));
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the archive. */
    public Path write(Path file, Form form) {
        try {
            tar.close();
            Files.write(file, pack(form, bytes.toByteArray()));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] pack(Form form, byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        switch (form) {
            case TAR -> packed.write(plain);
            case XZ -> writeAll(new XZOutputStream(packed, new LZMA2Options()), plain);
            case XZ_BLOCKS -> {
                try (XZOutputStream xz = new XZOutputStream(packed, new LZMA2Options(1))) {
                    for (int at = 0; at < plain.length; at += XZ_BLOCK) {
                        xz.write(plain, at, Math.min(XZ_BLOCK, plain.length - at));
                        xz.endBlock();
                    }
                }
            }
            case GZIP -> writeAll(new GzipCompressorOutputStream(packed), plain);
            case BZIP2 -> writeAll(new BZip2CompressorOutputStream(packed), plain);
            case ZSTD ->
                writeAll(
                        ZstdCompressorOutputStream.builder()
                                .setOutputStream(packed)
                                .setChecksum(true)
                                .get(),
                        plain);
            case DEB -> packed.write(debianPackage("test", "1.0-1", pack(Form.XZ_BLOCKS, plain)));
            case RPM -> packed.write(rpmPackage("xz", pack(Form.XZ, cpio(plain))));
        }
        return packed.toByteArray();
    }

    private static void writeAll(OutputStream out, byte[] plain) throws IOException {
        try (OutputStream closing = out) {
            closing.write(plain);
        }
    }

    private static byte[] debianPackage(String name, String version, byte[] data) throws IOException {
        String control = "Package: " + name + "\nVersion: " + version + "\nDescription: a test\n more of it: none\n";
        TestArchives controlTar = new TestArchives().folder(".").file("./control", control);
        controlTar.tar.close();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ArArchiveOutputStream ar = new ArArchiveOutputStream(out)) {
            member(ar, "debian-binary", "2.0\n".getBytes(StandardCharsets.US_ASCII));
            member(ar, "control.tar.xz", pack(Form.XZ, controlTar.bytes.toByteArray()));
            member(ar, "data.tar.xz", data);
        }
        return out.toByteArray();
    }

    private static byte[] cpio(byte[] tar) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(tar));
                CpioArchiveOutputStream cpio = new CpioArchiveOutputStream(out)) {
            for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                CpioArchiveEntry one = new CpioArchiveEntry("./" + entry.getName());
                byte[] content = entry.isSymbolicLink()
                        ? entry.getLinkName().getBytes(StandardCharsets.UTF_8)
                        : in.readAllBytes();
                int type = entry.isSymbolicLink()
                        ? CpioConstants.C_ISLNK
                        : entry.isDirectory() ? CpioConstants.C_ISDIR : CpioConstants.C_ISREG;
                one.setMode(type | (entry.getMode() & 0777));
                one.setSize(content.length);
                one.setTime(entry.getLastModifiedTime());
                cpio.putArchiveEntry(one);
                cpio.write(content);
                cpio.closeArchiveEntry();
            }
        }
        return out.toByteArray();
    }

    /** An RPM package {@code test-1.0-1.el9} with a payload. */
    static byte[] rpmPackage(String compressor, byte[] payload) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(out);
        data.writeInt(0xedabeedb);
        data.write(new byte[92]);
        header(data, new TreeMap<>(Map.of(269, "signature")));
        while (data.size() % 8 != 0) {
            data.write(0);
        }
        header(data, new TreeMap<>(Map.of(1000, "test", 1001, "1.0", 1002, "1.el9", 1124, "cpio", 1125, compressor)));
        data.write(payload);
        return out.toByteArray();
    }

    private static void header(DataOutputStream data, Map<Integer, String> texts) throws IOException {
        ByteArrayOutputStream store = new ByteArrayOutputStream();
        data.writeInt(0x8eade801);
        data.writeInt(0);
        data.writeInt(texts.size());
        data.writeInt(
                texts.values().stream().mapToInt(text -> text.length() + 1).sum());
        for (Map.Entry<Integer, String> text : texts.entrySet()) {
            data.writeInt(text.getKey());
            data.writeInt(6);
            data.writeInt(store.size());
            data.writeInt(1);
            store.write((text.getValue() + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        data.write(store.toByteArray());
    }

    private static void member(ArArchiveOutputStream ar, String name, byte[] content) throws IOException {
        ar.putArchiveEntry(new ArArchiveEntry(name, content.length, 0, 0, 0100644, 0));
        ar.write(content);
        ar.closeArchiveEntry();
    }

    /** Writes the archive as the data of a Debian package of that name and version. */
    public Path writeDebianPackage(Path file, String name, String version) {
        try {
            tar.close();
            Files.write(file, debianPackage(name, version, pack(Form.XZ_BLOCKS, bytes.toByteArray())));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
