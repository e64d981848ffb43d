package io.github.kpatch.source;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.Architectures;
import io.github.kpatch.host.ArchiveEntry;
import io.github.kpatch.host.Archives;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A kernel kit: all that a livepatch needs of one kernel, as a Maven artifact of a few megabytes. It is a tar archive
 * compressed by xz: its manifest, then the facts as {@link KernelFacts} keeps them, symbol tables as text. Source, boot
 * image and modules lie beside it as artifacts of their own, and are brought when they are needed.
 *
 * <p>It comes over networks from whoever made it, so all of it is held against the manifest before any of it is used.
 *
 * @param given what the user named
 * @param path its file
 * @param sha256 SHA-256 of its file, hexadecimal
 * @param manifest what it says of itself
 * @param memo remembers digests of files
 */
record KernelKit(GivenKit given, Path path, String sha256, KitManifest manifest, FileMemo memo) {
    /** No member is longer; a bomb of a few kilobytes could have any length. */
    private static final int LONGEST_MEMBER = 1 << 30;

    /** No manifest is longer. */
    private static final int LONGEST_MANIFEST = 64 << 20;

    /** How many names a message has. */
    private static final int SHOWN = 5;

    /** Is shown one member of a kit. */
    @FunctionalInterface
    interface Taker {
        /** Takes a member that is as the manifest says. */
        void take(String name, byte[] content) throws IOException;
    }

    /**
     * Brings a kit and reads its manifest.
     *
     * @throws ProblemException KP240 when it cannot be had, KP241 when it is damaged, KP242 when it is of a machine that
     *     this version knows nothing of, KP244 when it has another format
     */
    static KernelKit open(GivenKit given, FileMemo memo) {
        Path path = given.repository().file("", GivenKit.EXTENSION);
        String sha256 = memo.sha256(path);
        String text = memo.recall("manifest of kernel kit", List.of(path), () -> readManifest(given, path));
        KernelKit kit = new KernelKit(given, path, sha256, KitManifest.parse(given.coordinates(), text), memo);
        kit.checkMachine();
        return kit;
    }

    private static String readManifest(GivenKit given, Path path) {
        String[] text = new String[1];
        reading(given.coordinates(), path, new Archives.Visitor() {
            @Override
            public void visit(ArchiveEntry entry, InputStream content) throws IOException {
                if (!entry.name().equals(KitManifest.NAME)) {
                    throw damaged(given.coordinates(), "It does not begin with " + KitManifest.NAME + ".");
                }
                text[0] = new String(content.readNBytes(LONGEST_MANIFEST), StandardCharsets.UTF_8);
            }

            @Override
            public boolean wantsMore() {
                return text[0] == null;
            }
        });
        return text[0];
    }

    private void checkMachine() {
        List<String> known = Architectures.ALL.stream().map(Architecture::name).toList();
        if (!known.contains(manifest.machine())) {
            throw ProblemException.input(
                    ProblemCode.KIT_OF_ANOTHER_KERNEL,
                    toString(),
                    "The kit is of a kernel for " + manifest.machine() + ", and this version patches those for "
                            + String.join(", ", known) + ".");
        }
    }

    /**
     * Shows all members but the manifest, each once, in the kit's order.
     *
     * @throws ProblemException KP241 when the kit is cut short, or one of its members is missing, too many, or not what
     *     the manifest says
     */
    void read(Taker taker) {
        Set<String> missing = new TreeSet<>(manifest.members().keySet());
        missing.add(KitManifest.NAME);
        reading(toString(), path, (entry, content) -> {
            String name = entry.name();
            if (entry.kind() != ArchiveEntry.Kind.FILE || !missing.remove(name)) {
                throw damaged("It holds '" + name + "', which its manifest does not name, or twice.");
            }
            if (!name.equals(KitManifest.NAME)) {
                taker.take(name, checked(name, content));
            }
        });
        if (!missing.isEmpty()) {
            String more = missing.size() > SHOWN ? ", … and " + (missing.size() - SHOWN) + " more" : "";
            throw damaged("It lacks " + missing.stream().limit(SHOWN).collect(Collectors.joining(", ")) + more + ".");
        }
    }

    private byte[] checked(String name, InputStream content) throws IOException {
        KitManifest.Content expected = manifest.members().get(name);
        byte[] bytes = content.readNBytes((int) Math.min(expected.size(), LONGEST_MEMBER - 1) + 1);
        if (bytes.length != expected.size() || !Digests.of(bytes).equals(expected.sha256())) {
            throw damaged("Its member " + name + " is not what its manifest says.");
        }
        return bytes;
    }

    /** An archive that is damaged is, here, a kit that is. */
    private static void reading(String where, Path path, Archives.Visitor visitor) {
        try {
            new Archives(Progress.NONE).read("Reading the kernel kit", path, Optional.empty(), visitor);
        } catch (ProblemException e) {
            Problem problem = e.problems().get(0);
            if (problem.code() == ProblemCode.ARCHIVE_DAMAGED || problem.code() == ProblemCode.ARCHIVE_UNSAFE) {
                throw ProblemException.input(
                        Problem.of(ProblemCode.KIT_DAMAGED, where, path + ": " + problem.what()), e);
            }
            throw e;
        }
    }

    /** The problem of a kit that is not what it says of itself. */
    ProblemException damaged(String what) {
        return damaged(toString(), what);
    }

    private static ProblemException damaged(String where, String what) {
        return ProblemException.input(ProblemCode.KIT_DAMAGED, where, what);
    }

    /** What the kit says of an attachment; empty where the kernel was known without it. */
    Optional<KitManifest.Attached> attached(KitAttachment attachment) {
        return Optional.ofNullable(manifest.attachments().get(attachment.classifier()));
    }

    /** The attachment as a piece of the kernel; empty where it does not lie beside the kit. */
    Optional<Piece> piece(KitAttachment attachment) {
        return attached(attachment).filter(KitManifest.Attached::attached).map(there -> new KitPiece(this, attachment));
    }

    /**
     * The file of an attachment that lies beside the kit, brought now.
     *
     * @throws ProblemException KP240 when it cannot be had, KP241 when it is not what the kit says
     */
    Path file(KitAttachment attachment) {
        KitManifest.Attached expected = attached(attachment).orElseThrow();
        Path file = given.repository().file(attachment.classifier(), expected.extension());
        String digest = memo.sha256(file);
        if (!digest.equals(expected.sha256())) {
            throw damaged(
                    this + ":" + attachment.classifier(),
                    "The SHA-256 of " + file + " should be " + expected.sha256() + " and is " + digest
                            + (sizeOf(file) < expected.size() ? ": it is cut short." : "."));
        }
        return file;
    }

    private static long sizeOf(Path file) {
        return Folders.doing(file, () -> Files.size(file));
    }

    /** The coordinates that the user named. */
    @Override
    public String toString() {
        return given.coordinates();
    }
}
