package io.github.kpatch.source;

import com.github.luben.zstd.Zstd;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.host.Archives;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.kernel.KernelIdentity;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.kernel.ModuleInfo;
import io.github.kpatch.kernel.SpecialStructures;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Turns the pieces of a built kernel into the facts a livepatch needs, once for each kernel. A vmlinux with debug
 * information is half a gigabyte and the modules' are five; what is kept of them is their symbol tables, some sizes and
 * who built them, a few megabytes.
 */
final class KernelFacts {
    private static final String CONFIG = "config";
    private static final String SYMVERS = "Module.symvers";
    private static final String BOOT_IMAGE = "vmlinuz";
    private static final String SYMBOLS = "symbols";
    private static final String MODULES = "modules";
    private static final String IDENTITY = "kernel.json";
    private static final String SYMBOL_TABLE = ".symtab.zst";
    private static final int ZSTD_LEVEL = 6;

    /** Modules up to this length are read in memory; Debian's longest has 340 MiB with its debug information. */
    private static final int IN_MEMORY = 48 << 20;

    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    private final KernelCache cache;
    private final PieceReader reader;
    private final PackageStore packages;

    KernelFacts(KernelCache cache, PieceReader reader, PackageStore packages) {
        this.cache = cache;
        this.reader = reader;
        this.packages = packages;
    }

    /** What a kernel says of itself; written as JSON beside its symbol tables. */
    private record Identity(String release, String banner, List<String> compilers, Map<String, Integer> structSizes) {}

    /** The facts about a kernel, from the cache where it has them. */
    TargetKernel of(KernelPieces pieces) {
        Path folder = cache.kernel(digest(pieces));
        cache.once(folder, "symbols of the kernel", partial -> extract(pieces, partial));
        if (pieces.vmlinux() instanceof Piece.InPackage inside) {
            packages.done(inside.container());
        }
        Identity identity = read(folder.resolve(IDENTITY));
        KernelRelease release = new KernelRelease(identity.release());
        if (pieces.release().isPresent() && !pieces.release().get().equals(release)) {
            throw ProblemException.input(
                    ProblemCode.RELEASE_UNKNOWN,
                    pieces.vmlinux().toString(),
                    "It is the kernel " + release + ", and " + pieces.release().get() + " is wanted.");
        }
        return new TargetKernel(
                release,
                identity.banner(),
                identity.compilers(),
                folder.resolve(CONFIG),
                folder.resolve(SYMVERS),
                folder.resolve(SYMBOLS),
                identity.structSizes(),
                pieces.bootImage().map(image -> folder.resolve(BOOT_IMAGE)),
                pieces.modules().map(modules -> modulesFolder(modules, folder)),
                contents(folder));
    }

    private static String contents(Path folder) {
        Map<String, String> digests = new TreeMap<>();
        FolderDigest.walk(folder, path -> true, (name, path, attributes) -> digests.put(name, Digests.of(path)));
        return Digests.of(List.of(digests.toString()));
    }

    /** The folder of a kernel's modules as shipped, unpacked now if they lie in a package. */
    Optional<Path> modules(KernelPieces pieces) {
        Path kernel = cache.kernel(digest(pieces));
        return pieces.modules().map(modules -> {
            Path folder = modulesFolder(modules, kernel);
            if (modules instanceof Piece.InPackage) {
                cache.once(folder, "modules of the kernel", partial -> unpack(modules, partial));
            }
            return folder;
        });
    }

    private static Path modulesFolder(Piece modules, Path kernel) {
        return modules instanceof Piece.OnDisk disk
                ? disk.path()
                : kernel.resolveSibling(kernel.getFileName() + "-" + MODULES);
    }

    private void unpack(Piece modules, Path folder) {
        reader.read(List.of(new PieceReader.Wanted(modules, (name, size, content) -> {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.copy(content, file);
        })));
    }

    private String digest(KernelPieces pieces) {
        FileMemo memo = cache.memo();
        List<String> key = new ArrayList<>(List.of(KernelCache.FORMAT));
        key.add(identity(memo, pieces.config()));
        key.add(identity(memo, pieces.vmlinux()));
        key.add(identity(memo, pieces.symvers()));
        for (Optional<Piece> optional : List.of(pieces.debugModules(), pieces.modules(), pieces.bootImage())) {
            key.add(optional.map(piece -> identity(memo, piece)).orElse("none"));
        }
        return Digests.of(key);
    }

    private String identity(FileMemo memo, Piece piece) {
        if (piece instanceof Piece.InPackage inside) {
            return inside.container().sha256() + " " + inside.path();
        }
        Path path = ((Piece.OnDisk) piece).path();
        if (Files.isDirectory(path)) {
            return FolderDigest.listing(path);
        }
        return memo.sha256(path);
    }

    private void extract(KernelPieces pieces, Path folder) {
        Folders.make(folder.resolve(SYMBOLS));
        List<PieceReader.Wanted> wanted = new ArrayList<>();
        Map<String, String> vermagics = new TreeMap<>();
        wanted.add(copy(pieces.config(), folder.resolve(CONFIG)));
        wanted.add(copy(pieces.symvers(), folder.resolve(SYMVERS)));
        pieces.bootImage().ifPresent(image -> wanted.add(copy(image, folder.resolve(BOOT_IMAGE))));
        Path vmlinux = pieces.vmlinux() instanceof Piece.OnDisk disk ? disk.path() : folder.resolve("vmlinux.partial");
        if (pieces.vmlinux() instanceof Piece.InPackage) {
            wanted.add(copy(pieces.vmlinux(), vmlinux));
        }
        pieces.debugModules()
                .ifPresent(modules -> wanted.add(new PieceReader.Wanted(
                        modules, (name, size, content) -> takeModule(name, size, content, folder, vermagics))));
        reader.read(wanted);
        KernelRelease release = takeVmlinux(vmlinux, folder);
        checkVermagics(release, vermagics);
        Folders.delete(folder.resolve("vmlinux.partial"));
    }

    private static PieceReader.Wanted copy(Piece piece, Path file) {
        return new PieceReader.Wanted(piece, (name, size, content) -> Files.copy(content, file));
    }

    private KernelRelease takeVmlinux(Path vmlinux, Path folder) {
        try (ByteSource bytes = ByteSource.open(vmlinux)) {
            ElfFile elf = ElfFile.open(bytes);
            KernelIdentity kernel = KernelIdentity.of(elf);
            String symbols = SymbolListing.of(elf)
                    .filter(text -> text.contains(" FILE "))
                    .orElseThrow(() -> ProblemException.input(
                            ProblemCode.SYMBOLS_MISSING, vmlinux.toString(), "Its symbol table has no FILE symbols."));
            writeSymbols(folder, "vmlinux", symbols);
            Identity identity = new Identity(
                    kernel.release().value(), kernel.banner(), kernel.compilers(), structSizes(elf, kernel, folder));
            Folders.write(folder.resolve(IDENTITY), GSON.toJson(identity) + "\n");
            return kernel.release();
        } catch (IOException e) {
            throw Folders.unusable(vmlinux, e);
        }
    }

    private static Map<String, Integer> structSizes(ElfFile vmlinux, KernelIdentity kernel, Path folder)
            throws IOException {
        Path file = folder.resolve(CONFIG);
        KernelConfig config = KernelConfig.parse("config of " + kernel.release(), Files.readAllBytes(file));
        return StructSizes.read(vmlinux, SpecialStructures.of(config, kernel.release()))
                .asMap();
    }

    private static void takeModule(
            String path, long size, InputStream content, Path folder, Map<String, String> vermagics)
            throws IOException {
        Optional<String> module = ModuleFiles.moduleName(path);
        if (module.isEmpty()) {
            return;
        }
        if (size <= IN_MEMORY) {
            byte[] bytes = Archives.decompressed(path, content.readAllBytes(), Integer.MAX_VALUE - 8);
            takeModule(module.get(), ByteSource.of(path, bytes), folder, vermagics);
        } else {
            Path large = folder.resolve("module.partial");
            Files.copy(content, large);
            try (ByteSource bytes = ByteSource.open(large)) {
                takeModule(module.get(), bytes, folder, vermagics);
            } finally {
                Files.delete(large);
            }
        }
    }

    private static void takeModule(String module, ByteSource bytes, Path folder, Map<String, String> vermagics)
            throws IOException {
        ElfFile elf = ElfFile.open(bytes);
        // Files with debug information only have the section without its contents.
        if (elf.section(".modinfo")
                .filter(section -> section.type().equals(SectionType.PROGBITS))
                .isPresent()) {
            ModuleInfo.of(elf).vermagic().ifPresent(vermagic -> vermagics.put(module, vermagic));
        }
        Optional<String> symbols = SymbolListing.of(elf);
        if (symbols.isPresent()) {
            writeSymbols(folder, module, symbols.get());
        }
    }

    /** Modules of another kernel have other symbols; the first word of vermagic is the release they were built for. */
    private static void checkVermagics(KernelRelease release, Map<String, String> vermagics) {
        vermagics.forEach((module, vermagic) -> {
            if (!vermagic.split(" ", 2)[0].equals(release.value())) {
                throw ProblemException.input(new Problem(
                        ProblemCode.VERMAGIC_MISMATCH,
                        module,
                        "The module is for '" + vermagic + "', the kernel is " + release + ".",
                        "Give the modules of the very kernel."));
            }
        });
    }

    private static void writeSymbols(Path folder, String object, String text) throws IOException {
        byte[] compressed = Zstd.compress(text.getBytes(StandardCharsets.ISO_8859_1), ZSTD_LEVEL);
        Files.write(folder.resolve(SYMBOLS).resolve(object + SYMBOL_TABLE), compressed);
    }

    private static Identity read(Path file) {
        return Folders.doing(file, () -> GSON.fromJson(Files.readString(file), Identity.class));
    }
}
