package io.github.kpatch.source;

import io.github.kpatch.host.FileMemo;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where the pieces of a kernel are that comes from a kernel kit: in it and beside it. Source and boot image may be given
 * as files instead, which then must be the kit's own; whatever else is given would be another kernel's, or for nothing.
 */
final class KitLocator {
    private final FileMemo memo;

    KitLocator(FileMemo memo) {
        this.memo = memo;
    }

    /**
     * Where the pieces are; of the kit only its manifest is read.
     *
     * @throws ProblemException KP106 when pieces are given that the kit has, KP240 to KP244 when it is not the right kit
     */
    KernelPieces locate(GivenKit wanted, KernelRequest request) {
        GivenPieces given = request.given();
        checkAlone(given);
        KernelKit kit = KernelKit.open(wanted, memo);
        KitManifest manifest = kit.manifest();
        checkRelease(kit, request.release());
        if (request.debugPackage() == DebugPackage.ALWAYS
                && (manifest.vmlinuxAsShipped() || manifest.modulesAsShipped())) {
            throw ProblemException.input(new Problem(
                    ProblemCode.KIT_INCOMPLETE,
                    kit.toString(),
                    "The kit was made without the kernel's debug package, and debugPackage is always.",
                    "Make the kit with kpatch.debugPackage=always, or let debugPackage be auto."));
        }
        KitManifest.Attached source = kit.attached(KitAttachment.SOURCE).orElseThrow();
        if (given.sha256().isPresent()
                && !given.sha256().get().toLowerCase(Locale.ROOT).equals(source.sha256())) {
            throw ProblemException.input(
                    ProblemCode.KIT_OF_ANOTHER_KERNEL,
                    kit.toString(),
                    "Its source has SHA-256 " + source.sha256() + ", and "
                            + given.sha256().get() + " is wanted.");
        }
        return new KernelPieces(
                Optional.of(new KernelRelease(manifest.release())),
                manifest.sourceVersion(),
                source(kit, given),
                Optional.of(source.sha256()),
                new BuiltKernel.InKit(kit),
                kit.piece(KitAttachment.MODULES),
                bootImage(kit, given));
    }

    private static void checkAlone(GivenPieces given) {
        Map<String, Optional<Path>> inKit = new TreeMap<>(Map.of(
                "config", given.config(),
                "vmlinux", given.vmlinux(),
                "symvers", given.symvers(),
                "modulesDirectory", given.modulesDirectory()));
        inKit.forEach((name, path) -> {
            if (path.isPresent()) {
                throw ProblemException.input(new Problem(
                        ProblemCode.PARAMETER_INVALID,
                        "kpatch." + name,
                        "A kernel kit is given too, and holds it.",
                        "Leave out either the kit or all that it holds."));
            }
        });
    }

    private static void checkRelease(KernelKit kit, Optional<KernelRelease> wanted) {
        if (wanted.isPresent() && !wanted.get().value().equals(kit.manifest().release())) {
            throw ProblemException.input(
                    ProblemCode.KIT_OF_ANOTHER_KERNEL,
                    kit.toString(),
                    "The kit is of the kernel " + kit.manifest().release() + ", and " + wanted.get() + " is wanted.");
        }
    }

    private static Piece source(KernelKit kit, GivenPieces given) {
        if (given.source().isPresent()) {
            Path source = given.source().get();
            if (Files.isDirectory(source)) {
                throw ProblemException.input(new Problem(
                        ProblemCode.PARAMETER_INVALID,
                        source.toString(),
                        "A folder cannot be told from other source than the kit's.",
                        "Give the archive that has the kit's SHA-256, "
                                + kit.attached(KitAttachment.SOURCE)
                                        .orElseThrow()
                                        .sha256() + "."));
            }
            return new Piece.OnDisk(source);
        }
        return kit.piece(KitAttachment.SOURCE)
                .orElseThrow(
                        () -> incomplete(kit, KitAttachment.SOURCE, "the archive of the kernel's source", "source"));
    }

    private Optional<Piece> bootImage(KernelKit kit, GivenPieces given) {
        if (given.bootImage().isPresent()) {
            Path image = given.bootImage().get();
            Optional<KitManifest.Attached> known = kit.attached(KitAttachment.BOOT_IMAGE);
            if (known.isPresent() && !memo.sha256(image).equals(known.get().sha256())) {
                throw ProblemException.input(
                        ProblemCode.KIT_OF_ANOTHER_KERNEL,
                        kit.toString(),
                        "Its boot image has SHA-256 " + known.get().sha256() + ", and " + image + " has "
                                + memo.sha256(image) + ".");
            }
            return Optional.of(new Piece.OnDisk(image));
        }
        Optional<Piece> attached = kit.piece(KitAttachment.BOOT_IMAGE);
        if (attached.isEmpty() && kit.manifest().vmlinuxAsShipped()) {
            throw incomplete(kit, KitAttachment.BOOT_IMAGE, "the image the kernel boots from", "bootImage");
        }
        return attached;
    }

    private static ProblemException incomplete(KernelKit kit, KitAttachment attachment, String what, String parameter) {
        String sha256 = kit.attached(attachment)
                .map(KitManifest.Attached::sha256)
                .orElseThrow(() -> new IllegalStateException(kit + " names no " + attachment));
        return ProblemException.input(new Problem(
                ProblemCode.KIT_INCOMPLETE,
                kit.toString(),
                "The kit has nothing attached as " + attachment.classifier() + ", and without " + what
                        + " nothing can be built.",
                "Give the file with SHA-256 " + sha256 + " as kpatch." + parameter + "."));
    }
}
