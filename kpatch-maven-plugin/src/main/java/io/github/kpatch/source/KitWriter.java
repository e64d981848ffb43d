package io.github.kpatch.source;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.Architectures;
import io.github.kpatch.host.Archives;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.TarWriter;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Makes kernel kits. A kit holds the facts that the cache holds, no more and no less, so that who builds with it meets the
 * very kernel that its maker met; and its bytes depend on nothing else.
 */
final class KitWriter {
    private static final String BOOT_IMAGE_EXTENSION = "vmlinuz";
    private static final String MODULES_EXTENSION = "tar.zst";

    private final TargetKernel target;
    private final FolderContents contents;
    private final FileMemo memo;
    private final Progress progress;

    /**
     * @param target the facts that go in
     */
    KitWriter(TargetKernel target, FileMemo memo, Progress progress) {
        this.target = target;
        this.contents = FolderContents.noted(target.facts()).orElseThrow(() -> TargetFacts.damaged(target.facts()));
        this.memo = memo;
        this.progress = progress;
    }

    /**
     * Makes a kit.
     *
     * @param lock what the kernel was found to be when its source was prepared
     * @param source its source
     * @param modules the folder of its modules as shipped
     */
    MadeKit write(KernelLock lock, KernelSource source, Optional<Path> modules, KitRequest request) {
        List<MadeKit.Attached> beside = new ArrayList<>();
        SortedMap<String, KitManifest.Attached> named = new TreeMap<>();
        Path archive = archiveOf(source);
        attach(KitAttachment.SOURCE, Archives.extension(archive), archive, request, beside, named);
        target.bootImage()
                .ifPresent(
                        image -> attach(KitAttachment.BOOT_IMAGE, BOOT_IMAGE_EXTENSION, image, request, beside, named));
        if (request.attachments().contains(KitAttachment.MODULES) && modules.isPresent()) {
            Path packed = pack(modules.get(), request.file());
            attach(KitAttachment.MODULES, MODULES_EXTENSION, packed, request, beside, named);
        }
        boolean vmlinuxAsShipped = isHeldAsShipped(KernelObject.VMLINUX::equals);
        if (vmlinuxAsShipped && target.bootImage().isEmpty()) {
            throw ProblemException.input(new Problem(
                    ProblemCode.KIT_INCOMPLETE,
                    request.file().toString(),
                    "The vmlinux has no FILE symbols, and no boot image is given that could be used in place of them.",
                    "Give kpatch.bootImage, or the vmlinux with debug information."));
        }
        KitManifest manifest = new KitManifest(
                KitManifest.FORMAT,
                target.release().value(),
                machine(),
                lock.compiler(),
                source.packageVersion(),
                vmlinuxAsShipped,
                isHeldAsShipped(KernelObject::isModule),
                digests(),
                named);
        write(manifest, request.file());
        return new MadeKit(manifest.release(), request.file(), !vmlinuxAsShipped, beside);
    }

    /** The archive of a source, which a kit needs. */
    static Path archiveOf(KernelSource source) {
        return source.archive()
                .orElseThrow(() -> ProblemException.input(new Problem(
                        ProblemCode.PARAMETER_INVALID,
                        source.origin(),
                        "The source is a folder, and a kernel kit names its source by the SHA-256 of an archive.",
                        "Pack it, by git archive or tar, and give the archive as kpatch.source.")))
                .get();
    }

    private void attach(
            KitAttachment attachment,
            String extension,
            Path file,
            KitRequest request,
            List<MadeKit.Attached> beside,
            Map<String, KitManifest.Attached> named) {
        boolean attached = request.attachments().contains(attachment);
        long size = Folders.doing(file, () -> Files.size(file));
        named.put(attachment.classifier(), new KitManifest.Attached(extension, memo.sha256(file), size, attached));
        if (attached) {
            beside.add(new MadeKit.Attached(attachment, extension, file));
        }
    }

    private String machine() {
        return Architectures.of(LocatedKernel.config(target))
                .map(Architecture::name)
                .orElseThrow(() -> new IllegalStateException("no architecture for the config of " + target.release()));
    }

    private boolean isHeldAsShipped(Predicate<KernelObject> objects) {
        return contents.files().keySet().stream()
                .filter(name -> name.endsWith(TargetKernel.LINKED))
                .map(name -> objectOf(name, TargetKernel.LINKED))
                .anyMatch(objects);
    }

    private static KernelObject objectOf(String name, String end) {
        return new KernelObject(name.substring(name.lastIndexOf('/') + 1, name.length() - end.length()));
    }

    /** The files of the facts that go in, by the names they have in the kit. */
    private SortedMap<String, String> members() {
        SortedMap<String, String> members = new TreeMap<>();
        for (String name : contents.files().keySet()) {
            if (name.endsWith(TargetKernel.SYMBOL_TABLE)) {
                members.put(KitManifest.symbolTable(objectOf(name, TargetKernel.SYMBOL_TABLE)), name);
            } else if (!name.endsWith(TargetKernel.LINKED) && !name.equals(KernelFacts.BOOT_IMAGE)) {
                members.put(name, name);
            }
        }
        return members;
    }

    /** Tables go in as text: packed one by one they take twice the room that they take all together. */
    private byte[] content(String name) {
        Path file = target.facts().resolve(name);
        byte[] content = KernelFacts.content(file);
        if (!contents.holds(name, content)) {
            throw TargetFacts.damaged(file);
        }
        return name.endsWith(TargetKernel.SYMBOL_TABLE) ? Archives.decompressed(name, content) : content;
    }

    private SortedMap<String, KitManifest.Content> digests() {
        SortedMap<String, KitManifest.Content> digests = new TreeMap<>();
        members().forEach((member, name) -> {
            byte[] content = content(name);
            digests.put(member, new KitManifest.Content(Digests.of(content), content.length));
        });
        return digests;
    }

    private void write(KitManifest manifest, Path file) {
        SortedMap<String, String> members = members();
        making(file, "kernel kit " + manifest.toText(), "Packing the kernel kit", members.size(), (partial, task) -> {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(partial));
                    TarWriter tar = TarWriter.xz(out)) {
                tar.add(KitManifest.NAME, manifest.toText().getBytes(StandardCharsets.UTF_8));
                for (Map.Entry<String, String> member : members.entrySet()) {
                    tar.add(member.getKey(), content(member.getValue()));
                    task.advance(1);
                }
            }
        });
    }

    private Path pack(Path modules, Path kit) {
        SortedMap<String, Path> files = new TreeMap<>();
        FolderDigest.walk(modules, any -> true, (name, path, attributes) -> {
            if (attributes.isRegularFile() && KernelObject.ofModuleFile(name).isPresent()) {
                files.put(name, path);
            }
        });
        String name = kit.getFileName().toString().replaceFirst("\\." + GivenKit.EXTENSION + "$", "");
        Path archive = kit.resolveSibling(name + "-" + KitAttachment.MODULES.classifier() + "." + MODULES_EXTENSION);
        String question = "archive of modules " + FolderDigest.listing(modules);
        making(archive, question, "Packing the modules", files.size(), (partial, task) -> {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(partial));
                    TarWriter tar = TarWriter.zstd(out)) {
                for (Map.Entry<String, Path> file : files.entrySet()) {
                    tar.add(file.getKey(), file.getValue());
                    task.advance(1);
                }
            }
        });
        return archive;
    }

    /** Fills a file. */
    @FunctionalInterface
    private interface Maker {
        void make(Path partial, Progress.Task task) throws IOException;
    }

    /**
     * Makes a file, unless it is there and untouched since it was made.
     *
     * @param question names the file's content
     */
    private void making(Path file, String question, String title, int steps, Maker maker) {
        if (memo.known(question, List.of(file)).isPresent()) {
            return;
        }
        Path partial = Folders.sibling(file);
        Folders.make(file.toAbsolutePath().getParent());
        try (Progress.Task task = progress.start(title, steps, "files")) {
            Folders.doing(file, () -> {
                maker.make(partial, task);
                Folders.move(partial, file);
                return file;
            });
        } finally {
            Folders.delete(partial);
        }
        memo.remember(question, List.of(file), "made");
    }
}
