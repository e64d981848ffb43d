package io.github.kpatch.source;

import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernelimage.LinkedObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Turns a kernel kit into the facts it was made from, file for file: what is built by a kit is what is built by the files
 * of the kernel. A kernel object of which no symbol table with FILE symbols was known is known as it is shipped; it is too
 * large for the kit, and comes from what lies beside it.
 */
final class KitFacts {
    private KitFacts() {}

    /** Writes them into an empty folder. */
    static void write(KernelKit kit, KernelPieces pieces, PieceReader reader, Path folder) {
        Folders.make(folder.resolve(KernelFacts.SYMBOLS));
        kit.read((name, content) -> {
            Optional<KernelObject> table = KitManifest.symbolTableOf(name);
            if (table.isPresent()) {
                KernelFacts.writeSymbols(folder, table.get(), content);
            } else {
                Files.write(folder.resolve(name), content);
            }
        });
        checkIdentity(kit, folder);
        Path bootImage = folder.resolve(KernelFacts.BOOT_IMAGE);
        pieces.bootImage().ifPresent(image -> reader.read(List.of(KernelFacts.copy(image, bootImage))));
        if (kit.manifest().vmlinuxAsShipped()) {
            takeVmlinux(kit, bootImage, folder);
        }
        if (kit.manifest().modulesAsShipped()) {
            pieces.modules().ifPresent(modules -> takeModules(kit, modules, reader, folder));
        }
    }

    private static void checkIdentity(KernelKit kit, Path folder) {
        String release;
        try {
            release = KernelFacts.release(folder);
        } catch (RuntimeException malformed) {
            throw kit.damaged("Its " + KernelFacts.IDENTITY + " is malformed (" + malformed.getMessage() + ").");
        }
        if (!release.equals(kit.manifest().release())) {
            throw kit.damaged("Its " + KernelFacts.IDENTITY + " is of the kernel " + release + ", its "
                    + KitManifest.NAME + " of " + kit.manifest().release() + ".");
        }
    }

    private static void takeVmlinux(KernelKit kit, Path bootImage, Path folder) {
        LinkedObject shipped =
                LinkedObject.read(kit + ":" + KitAttachment.BOOT_IMAGE.classifier(), KernelFacts.content(bootImage));
        Folders.doing(folder, () -> {
            KernelFacts.writeLinked(
                    folder, KernelObject.VMLINUX, KernelFacts.all(shipped.file().source()));
            return folder;
        });
    }

    private static void takeModules(KernelKit kit, Piece modules, PieceReader reader, Path folder) {
        Map<KernelObject, String> vermagics = new TreeMap<>();
        reader.read(List.of(new PieceReader.Wanted(modules, (name, size, content) -> {
            KernelFacts.takeModule(name, size, content, folder, vermagics);
            return true;
        })));
        KernelFacts.checkVermagics(kit.manifest().release(), vermagics);
    }
}
