package io.github.kpatch.source;

import com.github.luben.zstd.Zstd;
import com.google.gson.reflect.TypeToken;
import io.github.kpatch.arch.Architectures;
import io.github.kpatch.arch.TableStructures;
import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.host.Archives;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Json;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.kernel.KernelIdentity;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.kernel.ModuleInfo;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.SpecialStructures;
import io.github.kpatch.kernelimage.LinkedObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Turns the pieces of a built kernel into the facts a livepatch needs, once for each kernel. A vmlinux with debug
 * information is half a gigabyte and the modules' are five; what is kept of them is their symbol tables, some sizes and
 * who built them, a few megabytes.
 */
final class KernelFacts {
    static final String CONFIG = "config";
    static final String SYMVERS = "Module.symvers";
    static final String BOOT_IMAGE = "vmlinuz";
    static final String SYMBOLS = "symbols";
    static final String IDENTITY = "kernel.json";
    private static final String MODULES = "modules";
    private static final String VMLINUX = "vmlinux.partial";
    private static final int ZSTD_LEVEL = 6;
    /** What is kept of a kernel as shipped is some hundred megabytes. */
    private static final int LINKED_ZSTD_LEVEL = 1;

    /** Modules up to this length are read in memory; Debian's longest has 340 MiB with its debug information. */
    private static final int IN_MEMORY = 48 << 20;

    private final KernelCache cache;
    private final PieceReader reader;
    private final PackageStore packages;

    private final Consumer<KernelConfig> machine;

    /**
     * @param machine refuses a config that this machine cannot build by, before anything big is brought
     */
    KernelFacts(KernelCache cache, PieceReader reader, PackageStore packages, Consumer<KernelConfig> machine) {
        this.cache = cache;
        this.reader = reader;
        this.packages = packages;
        this.machine = machine;
    }

    /** What a kernel and its modules say of themselves; written as JSON beside its symbol tables. */
    private record Identity(
            String release,
            String banner,
            List<String> compilers,
            Map<String, Integer> structSizes,
            Optional<String> vermagic) {
        Identity {
            Objects.requireNonNull(release);
            Objects.requireNonNull(banner);
            Objects.requireNonNull(vermagic);
            compilers = List.copyOf(compilers);
            structSizes = Collections.unmodifiableMap(new TreeMap<>(structSizes));
        }
    }

    /** The facts about a kernel, from the cache where it has them. */
    TargetKernel of(KernelPieces pieces) {
        Path folder = cache.kernel(digest(pieces));
        cache.once(folder, "symbols of the kernel", partial -> extract(pieces, partial));
        if (pieces.built() instanceof BuiltKernel.InFiles files
                && files.vmlinux() instanceof Piece.InPackage inside
                && !isBootImage(files, pieces)) {
            packages.done(inside.container());
        }
        Identity identity = read(folder.resolve(IDENTITY));
        KernelRelease release = new KernelRelease(identity.release());
        if (pieces.release().isPresent() && !pieces.release().get().equals(release)) {
            throw ProblemException.input(
                    ProblemCode.RELEASE_UNKNOWN,
                    pieces.built().toString(),
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
                identity.vermagic(),
                pieces.bootImage().map(image -> folder.resolve(BOOT_IMAGE)),
                pieces.modules().map(modules -> modulesFolder(modules, folder)),
                FolderContents.noted(folder)
                        .orElseThrow(() -> TargetFacts.damaged(folder))
                        .digest());
    }

    private static boolean isBootImage(BuiltKernel.InFiles built, KernelPieces pieces) {
        return pieces.bootImage().equals(Optional.of(built.vmlinux()));
    }

    /** The folder of a kernel's modules as shipped, unpacked now if they lie in a package. */
    Optional<Path> modules(KernelPieces pieces) {
        Path kernel = cache.kernel(digest(pieces));
        return pieces.modules().map(modules -> {
            Path folder = modulesFolder(modules, kernel);
            if (!(modules instanceof Piece.OnDisk)) {
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
            Files.copy(content, file, StandardCopyOption.REPLACE_EXISTING);
            return true;
        })));
    }

    /**
     * Names the facts by what they are made of. The shipped modules are not among it: they come from where vmlinux comes
     * from, and what is taken of them is the same in each.
     */
    private String digest(KernelPieces pieces) {
        FileMemo memo = cache.memo();
        List<String> key = new ArrayList<>(List.of(KernelCache.FORMAT));
        Optional<Piece> symbolsOfModules;
        if (pieces.built() instanceof BuiltKernel.InFiles files) {
            key.add(identity(memo, files.config()));
            key.add(identity(memo, files.vmlinux()));
            key.add(identity(memo, files.symvers()));
            symbolsOfModules = files.debugModules();
        } else {
            KernelKit kit = ((BuiltKernel.InKit) pieces.built()).kit();
            key.add(kit.sha256());
            symbolsOfModules = pieces.modules().filter(modules -> kit.manifest().modulesAsShipped());
        }
        for (Optional<Piece> optional : List.of(symbolsOfModules, pieces.bootImage())) {
            key.add(optional.map(piece -> identity(memo, piece)).orElse("none"));
        }
        return Digests.of(key);
    }

    /** What identifies a file is its content, a folder of modules the files of modules in it, not depmod's notes of them. */
    private static String identity(FileMemo memo, Piece piece) {
        if (piece instanceof Piece.InPackage inside) {
            return inside.container().sha256() + " " + inside.path();
        }
        if (piece instanceof Piece.Together several) {
            return Digests.of(
                    several.parts().stream().map(part -> identity(memo, part)).toList());
        }
        if (piece instanceof KitPiece beside) {
            return beside.sha256();
        }
        Path path = ((Piece.OnDisk) piece).path();
        if (Files.isDirectory(path)) {
            return FolderDigest.listing(
                    path,
                    file -> Files.isDirectory(file)
                            || KernelObject.ofModuleFile(file.toString()).isPresent());
        }
        return memo.sha256(path);
    }

    private void extract(KernelPieces pieces, Path folder) {
        if (pieces.built() instanceof BuiltKernel.InFiles files) {
            extract(files, pieces, folder);
        } else {
            KitFacts.write(((BuiltKernel.InKit) pieces.built()).kit(), pieces, reader, folder);
        }
    }

    /** What is quick to get and may lead to a refusal comes first: a vmlinux in a package is a gigabyte away. */
    private void extract(BuiltKernel.InFiles files, KernelPieces pieces, Path folder) {
        files.earlyConfig().ifPresent(this::checkEarly);
        reader.read(
                List.of(copy(files.config(), folder.resolve(CONFIG)), copy(files.symvers(), folder.resolve(SYMVERS))));
        KernelConfig config = config(files.config(), content(folder.resolve(CONFIG)));
        ConfigRules.checkPreconditions(files.config().toString(), config);
        ModuleSymvers.parse(files.symvers().toString(), content(folder.resolve(SYMVERS)));
        if (files.vmlinux() instanceof Piece.OnDisk given) {
            checkIdentity(given.path());
        }
        Taken taken = takeModulesAndVmlinux(files, pieces, folder);
        Identity identity = readVmlinux(taken.vmlinux(), config, folder, taken.vermagics());
        checkVermagics(identity.release(), taken.vermagics());
        Folders.write(folder.resolve(IDENTITY), Json.write(identity));
        Folders.delete(folder.resolve(VMLINUX));
    }

    private void checkEarly(Piece piece) {
        reader.read(List.of(new PieceReader.Wanted(piece, (name, size, content) -> {
            KernelConfig config = config(piece, content.readAllBytes());
            ConfigRules.checkPreconditions(piece.toString(), config);
            machine.accept(config);
            return false;
        })));
    }

    private static KernelConfig config(Piece piece, byte[] content) {
        return KernelConfig.parse(piece.toString(), content);
    }

    static byte[] content(Path file) {
        return Folders.doing(file, () -> Files.readAllBytes(file));
    }

    private static KernelIdentity checkIdentity(Path vmlinux) {
        return Folders.doing(vmlinux, () -> {
            try (ByteSource bytes = ByteSource.open(vmlinux)) {
                return identity(bytes);
            }
        });
    }

    /** Which build a vmlinux or a boot image is. */
    static KernelIdentity identity(ByteSource vmlinux) {
        return LinkedObject.isShipped(vmlinux) ? shipped(vmlinux).identity() : KernelIdentity.of(ElfFile.open(vmlinux));
    }

    private static LinkedObject shipped(ByteSource file) {
        return LinkedObject.read(file.name(), all(file));
    }

    static byte[] all(ByteSource file) {
        byte[] bytes = new byte[Math.toIntExact(file.size())];
        file.read(0, bytes.length).get(bytes);
        return bytes;
    }

    /**
     * What the large packages give.
     *
     * @param vmlinux the file, for as long as it is needed
     * @param vermagics by module
     */
    private record Taken(Path vmlinux, Map<KernelObject, String> vermagics) {}

    private Taken takeModulesAndVmlinux(BuiltKernel.InFiles files, KernelPieces pieces, Path folder) {
        Folders.make(folder.resolve(SYMBOLS));
        Map<KernelObject, String> vermagics = new TreeMap<>();
        List<PieceReader.Wanted> wanted = new ArrayList<>();
        pieces.bootImage().ifPresent(image -> wanted.add(copy(image, folder.resolve(BOOT_IMAGE))));
        Path vmlinux = files.vmlinux() instanceof Piece.OnDisk disk
                ? disk.path()
                : folder.resolve(isBootImage(files, pieces) ? BOOT_IMAGE : VMLINUX);
        if (files.vmlinux() instanceof Piece.InPackage && !isBootImage(files, pieces)) {
            wanted.add(copy(files.vmlinux(), vmlinux));
        }
        pieces.modules()
                .filter(modules -> !files.debugModules().equals(Optional.of(modules)))
                .ifPresent(modules -> wanted.add(new PieceReader.Wanted(
                        modules, (name, size, content) -> !takeVermagic(name, content, vermagics))));
        files.debugModules()
                .ifPresent(modules -> wanted.add(new PieceReader.Wanted(modules, (name, size, content) -> {
                    takeModule(name, size, content, folder, vermagics);
                    return true;
                })));
        reader.read(wanted);
        return new Taken(vmlinux, vermagics);
    }

    /** A package whose file turns out to be damaged is read again, so that what is copied may be there already. */
    static PieceReader.Wanted copy(Piece piece, Path file) {
        return new PieceReader.Wanted(piece, (name, size, content) -> {
            Files.copy(content, file, StandardCopyOption.REPLACE_EXISTING);
            return false;
        });
    }

    private static Identity readVmlinux(
            Path vmlinux, KernelConfig config, Path folder, Map<KernelObject, String> vermagics) {
        return Folders.doing(vmlinux, () -> {
            try (ByteSource bytes = ByteSource.open(vmlinux)) {
                if (LinkedObject.isShipped(bytes)) {
                    LinkedObject shipped = shipped(bytes);
                    writeLinked(folder, KernelObject.VMLINUX, all(shipped.file().source()));
                    return identity(shipped.file(), shipped.identity(), config, vermagics);
                }
                ElfFile elf = ElfFile.open(bytes);
                KernelIdentity kernel = KernelIdentity.of(elf);
                String symbols = SymbolListing.of(elf)
                        .filter(text -> text.contains(" FILE "))
                        .orElseThrow(() -> ProblemException.input(
                                ProblemCode.SYMBOLS_MISSING,
                                vmlinux.toString(),
                                "Its symbol table has no FILE symbols."));
                writeSymbols(folder, KernelObject.VMLINUX, bytes(symbols));
                Architectures.of(elf.header().machine())
                        .flatMap(arch -> arch.branchTargets(elf))
                        .ifPresent(targets -> Folders.write(
                                TargetKernel.branchTargets(folder.resolve(SYMBOLS), KernelObject.VMLINUX),
                                targets.toText()));
                return identity(elf, kernel, config, vermagics);
            }
        });
    }

    private static Identity identity(
            ElfFile vmlinux, KernelIdentity kernel, KernelConfig config, Map<KernelObject, String> vermagics) {
        StructSizes sizes = StructSizes.read(vmlinux, SpecialStructures.of(config, kernel.release()));
        TableStructures.check(vmlinux, sizes);
        return new Identity(
                kernel.release().value(),
                kernel.banner(),
                kernel.compilers(),
                sizes.asMap(),
                vermagics.values().stream().findFirst());
    }

    /** Whether the file was a module that says what the kernel asks of modules. */
    private static boolean takeVermagic(String path, InputStream content, Map<KernelObject, String> vermagics)
            throws IOException {
        Optional<KernelObject> module = KernelObject.ofModuleFile(path);
        if (module.isEmpty()) {
            return false;
        }
        byte[] bytes = Archives.decompressed(path, content.readAllBytes());
        Optional<String> vermagic =
                ModuleInfo.of(ElfFile.open(ByteSource.of(path, bytes))).vermagic();
        vermagic.ifPresent(text -> vermagics.put(module.get(), text));
        return vermagic.isPresent();
    }

    /** Notes a module's symbols in a folder of facts, and what kernel it says it is for. */
    static void takeModule(
            String path, long size, InputStream content, Path folder, Map<KernelObject, String> vermagics)
            throws IOException {
        Optional<KernelObject> module = KernelObject.ofModuleFile(path);
        if (module.isEmpty()) {
            return;
        }
        if (size <= IN_MEMORY) {
            byte[] bytes = Archives.decompressed(path, content.readAllBytes());
            takeModule(module.get(), ByteSource.of(path, bytes), folder, vermagics);
        } else {
            Path large = folder.resolve("module.partial");
            Files.copy(content, large, StandardCopyOption.REPLACE_EXISTING);
            try (ByteSource bytes = ByteSource.open(large)) {
                takeModule(module.get(), bytes, folder, vermagics);
            } finally {
                Files.delete(large);
            }
        }
    }

    private static void takeModule(
            KernelObject module, ByteSource bytes, Path folder, Map<KernelObject, String> vermagics)
            throws IOException {
        ElfFile elf = ElfFile.open(bytes);
        // Files with debug information only have the section without its contents.
        if (elf.section(".modinfo")
                .filter(section -> section.type().equals(SectionType.PROGBITS))
                .isPresent()) {
            ModuleInfo.of(elf).vermagic().ifPresent(vermagic -> vermagics.put(module, vermagic));
        }
        Optional<String> symbols = SymbolListing.of(elf);
        if (symbols.isPresent() && symbols.get().contains(" FILE ")) {
            writeSymbols(folder, module, bytes(symbols.get()));
        } else if (symbols.isPresent()) {
            writeLinked(folder, module, all(bytes));
        }
    }

    /** Modules of another kernel have other symbols; the first word of vermagic is the release they were built for. */
    static void checkVermagics(String release, Map<KernelObject, String> vermagics) {
        vermagics.forEach((module, vermagic) -> {
            if (!vermagic.split(" ", 2)[0].equals(release)) {
                throw ProblemException.input(new Problem(
                        ProblemCode.VERMAGIC_MISMATCH,
                        module.name(),
                        "The module is for '" + vermagic + "', the kernel is " + release + ".",
                        "Give the modules of the very kernel."));
            }
        });
    }

    static void writeLinked(Path folder, KernelObject object, byte[] content) throws IOException {
        Files.write(
                TargetKernel.linkedObject(folder.resolve(SYMBOLS), object), Zstd.compress(content, LINKED_ZSTD_LEVEL));
    }

    private static byte[] bytes(String symbols) {
        return symbols.getBytes(StandardCharsets.ISO_8859_1);
    }

    static void writeSymbols(Path folder, KernelObject object, byte[] text) throws IOException {
        byte[] compressed = Zstd.compress(text, ZSTD_LEVEL);
        Files.write(TargetKernel.symbolTable(folder.resolve(SYMBOLS), object), compressed);
    }

    /**
     * The release that the kernel of some facts says of itself.
     *
     * @param folder the facts
     * @throws RuntimeException of whatever kind when they are not as they are written here
     */
    static String release(Path folder) {
        return read(folder.resolve(IDENTITY)).release();
    }

    private static Identity read(Path file) {
        return Folders.doing(file, () -> Json.read(Files.readString(file), TypeToken.get(Identity.class)));
    }
}
