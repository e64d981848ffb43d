package io.github.kpatch.source;

import io.github.kpatch.host.Archives;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Lays modules that were built outside of the kernel's tree over a kernel: their symbols and exports over its facts, their
 * source as one more folder over its tree. Whatever works on a kernel works on that as well, and knows nothing of where
 * a module comes from.
 *
 * <p>Both are folders of the cache of their own. The tree is one of links to the kernel's; facts are copied, for who reads
 * them holds them against the digests of their folder.
 */
final class OutOfTreeLayer {
    private static final String SOURCE = "out-of-tree";
    private static final String MODULES = "out-of-tree";
    private static final String TREE = "linux";
    private static final String SYMVERS = "Module.symvers";
    private static final List<String> MAKEFILES = List.of("Kbuild", "Makefile");

    private final KernelCache cache;
    private final OutOfTreeModules given;

    OutOfTreeLayer(KernelCache cache, OutOfTreeModules given) {
        this.cache = cache;
        this.given = given;
    }

    /** A prepared kernel with the modules over it. */
    PreparedKernel over(PreparedKernel kernel) {
        checkSource();
        TargetKernel target = over(kernel.target());
        SourceFolder source = new SourceFolder(given.source());
        String sourceDigest = cache.memo().recall("source folder " + source.listing(), List.of(), source::digest);
        String digest = Digests.of(List.of(KernelCache.FORMAT, kernel.digest(), target.digest(), sourceDigest));
        Path folder = cache.once(cache.tree(digest), "tree with out-of-tree modules", partial -> {
            Path tree = Folders.make(partial.resolve(TREE));
            link(kernel.tree(), tree);
            source.copy(tree.resolve(SOURCE), sourceDigest);
        });
        return new PreparedKernel(
                target,
                digest,
                folder.resolve(TREE),
                kernel.makeVariables(),
                kernel.makeEnvironment(),
                kernel.lock(),
                kernel.toolchain(),
                Optional.of(new LaidOver(SOURCE, target.facts().resolve(MODULES))));
    }

    /** The facts about a kernel with those about the modules. */
    TargetKernel over(TargetKernel target) {
        SortedMap<KernelObject, byte[]> modules = modules();
        List<byte[]> symvers = symvers().stream()
                .map(file -> Folders.doing(file, () -> Files.readAllBytes(file)))
                .toList();
        List<String> key = new ArrayList<>(List.of(KernelCache.FORMAT, target.digest()));
        modules.forEach((module, content) -> key.add(module + " " + Digests.of(content)));
        symvers.forEach(content -> key.add(Digests.of(content)));
        Path folder = cache.once(cache.kernel(Digests.of(key)), "symbols of out-of-tree modules", partial -> {
            copyFacts(target.facts(), partial);
            modules.forEach((module, content) -> take(module, content, target, partial));
            export(partial.resolve(target.facts().relativize(target.symvers())), symvers);
        });
        return new TargetKernel(
                target.release(),
                target.banner(),
                target.compilers(),
                folder.resolve(target.facts().relativize(target.config())),
                folder.resolve(target.facts().relativize(target.symvers())),
                folder.resolve(target.facts().relativize(target.symbolTables())),
                target.structSizes(),
                target.vermagic(),
                target.bootImage().map(image -> folder.resolve(target.facts().relativize(image))),
                target.modules(),
                FolderContents.noted(folder)
                        .orElseThrow(() -> TargetFacts.damaged(folder))
                        .digest());
    }

    private void checkSource() {
        if (MAKEFILES.stream()
                .noneMatch(name -> Files.isRegularFile(given.source().resolve(name)))) {
            throw ProblemException.input(new Problem(
                    ProblemCode.INPUT_MISSING,
                    given.source().toString(),
                    "This is no folder of out-of-tree modules: it holds neither a Kbuild file nor a Makefile.",
                    "Let outOfTree's source name the folder that the modules were built in, make's M."));
        }
    }

    private SortedMap<KernelObject, byte[]> modules() {
        if (given.modules().isEmpty()) {
            throw missing("outOfTree", "No built module is given.");
        }
        SortedMap<KernelObject, byte[]> modules = new TreeMap<>();
        for (Path file : given.modules()) {
            KernelObject module = KernelObject.ofModuleFile(file.toString())
                    .filter(named -> Files.isRegularFile(file))
                    .orElseThrow(() -> missing(file.toString(), "This is not the file of a module."));
            byte[] content =
                    Folders.doing(file, () -> Archives.decompressed(file.toString(), Files.readAllBytes(file)));
            if (modules.put(module, content) != null) {
                throw missing(file.toString(), "Another file of this module's name is given as well.");
            }
        }
        return modules;
    }

    private static ProblemException missing(String where, String what) {
        return ProblemException.input(new Problem(
                ProblemCode.INPUT_MISSING,
                where,
                what,
                "Let outOfTree's modules name the .ko files as they are loaded on the machines to be patched."));
    }

    /** Those that are given, and what a build left in the source. */
    private List<Path> symvers() {
        for (Path file : given.symvers()) {
            if (!Files.isRegularFile(file)) {
                throw ProblemException.input(new Problem(
                        ProblemCode.INPUT_MISSING,
                        file.toString(),
                        "There is no such file.",
                        "Let outOfTree's symvers name the Module.symvers that the modules' build left."));
            }
        }
        Path built = given.source().resolve(SYMVERS);
        return Stream.concat(given.symvers().stream(), Stream.of(built).filter(Files::isRegularFile))
                .map(file -> file.toAbsolutePath().normalize())
                .distinct()
                .toList();
    }

    private static void copyFacts(Path facts, Path folder) {
        Folders.doing(folder, () -> {
            for (String name : FolderContents.of(facts).files().keySet()) {
                Files.createDirectories(folder.resolve(name).getParent());
                Files.copy(facts.resolve(name), folder.resolve(name));
            }
            return folder;
        });
    }

    /** The symbols of one module, and the file itself for the boot test. */
    private static void take(KernelObject module, byte[] content, TargetKernel target, Path folder) {
        Map<KernelObject, String> vermagics = new TreeMap<>();
        Folders.doing(folder, () -> {
            KernelFacts.takeModule(
                    module + ".ko", content.length, new ByteArrayInputStream(content), folder, vermagics);
            Path file = folder.resolve(MODULES).resolve(module + ".ko");
            Files.createDirectories(file.getParent());
            return Files.write(file, content);
        });
        KernelFacts.checkVermagics(target.release().value(), vermagics);
        Optional<String> vermagic = Optional.ofNullable(vermagics.get(module));
        if (vermagic.isEmpty() || !target.vermagic().map(vermagic.get()::equals).orElse(true)) {
            throw ProblemException.input(new Problem(
                    ProblemCode.VERMAGIC_MISMATCH,
                    module.name(),
                    vermagic.map(text -> "The module is for '" + text + "', the kernel's own are for '"
                                    + target.vermagic().orElseThrow() + "'.")
                            .orElse("The file does not say which kernel it is for."),
                    "Give the module as it was built for the very kernel."));
        }
    }

    private void export(Path symvers, List<byte[]> more) {
        // A line cut short would take the next file's first line with it.
        more.forEach(content -> ModuleSymvers.checkWhole(SYMVERS + " of the modules in " + given.source(), content));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(Folders.doing(symvers, () -> Files.readAllBytes(symvers)));
        more.forEach(all::writeBytes);
        ModuleSymvers.parse("Module.symvers of the kernel and of the modules in " + given.source(), all.toByteArray());
        Folders.write(symvers, all.toByteArray());
    }

    private static void link(Path kernel, Path tree) {
        Folders.doing(tree, () -> {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(kernel.toAbsolutePath())) {
                for (Path entry : entries) {
                    Files.createSymbolicLink(tree.resolve(entry.getFileName()), entry);
                }
            }
            return tree;
        });
    }
}
