package io.github.kpatch.boot;

import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The modules of one kernel release, by name. An installed kernel has depmod's {@code modules.dep}, which also says which
 * of several files of one name counts; an unpacked package has nothing but the files, whose {@code .modinfo} says the
 * same about dependencies.
 */
final class ModuleFolder {
    private static final String DEPENDENCY_FILE = "modules.dep";

    /** What {@code MODULE_ALIAS_CRYPTO} puts before an algorithm's name, folded. */
    private static final String CRYPTO_ALIAS = "crypto_";

    private final Path folder;
    private final SortedMap<KernelObject, ModuleFile> files;
    private final Map<KernelObject, List<KernelObject>> dependencies;

    private ModuleFolder(
            Path folder,
            SortedMap<KernelObject, ModuleFile> files,
            Map<KernelObject, List<KernelObject>> dependencies) {
        this.folder = folder;
        this.files = files;
        this.dependencies = dependencies;
    }

    /**
     * Lists the modules below folders; of two modules of one name that of the later folder counts.
     *
     * @param folders the kernel's own first; never empty
     * @throws ProblemException with {@link ProblemCode#INPUT_MISSING} when one is no folder
     */
    static ModuleFolder open(List<Path> folders) throws IOException {
        SortedMap<KernelObject, ModuleFile> files = new TreeMap<>();
        Map<KernelObject, List<KernelObject>> dependencies = new TreeMap<>();
        for (Path folder : folders) {
            ModuleFolder more = open(folder);
            dependencies.keySet().removeAll(more.files.keySet());
            files.putAll(more.files);
            dependencies.putAll(more.dependencies);
        }
        return new ModuleFolder(folders.get(0), files, dependencies);
    }

    private static ModuleFolder open(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw ProblemException.input(
                    ProblemCode.INPUT_MISSING,
                    folder.toString(),
                    "The folder with the kernel's modules does not exist.");
        }
        Path index = folder.resolve(DEPENDENCY_FILE);
        return Files.isRegularFile(index) ? indexed(folder, index) : walked(folder);
    }

    private static ModuleFolder indexed(Path folder, Path index) throws IOException {
        SortedMap<KernelObject, ModuleFile> files = new TreeMap<>();
        Map<KernelObject, List<KernelObject>> dependencies = new TreeMap<>();
        for (String line : Files.readAllLines(index, StandardCharsets.UTF_8)) {
            int colon = line.indexOf(':');
            Optional<ModuleFile> file =
                    colon <= 0 ? Optional.empty() : ModuleFile.of(folder.resolve(line.substring(0, colon)));
            if (file.isEmpty()) {
                continue;
            }
            KernelObject module = file.get().module();
            files.put(module, file.get());
            dependencies.put(
                    module,
                    Stream.of(line.substring(colon + 1).trim().split("\\s+"))
                            .flatMap(path -> KernelObject.ofModuleFile(path).stream())
                            .toList());
        }
        return new ModuleFolder(folder, files, dependencies);
    }

    /** Where one name has two files, depmod's default order holds: {@code updates} first. */
    private static ModuleFolder walked(Path folder) throws IOException {
        SortedMap<KernelObject, ModuleFile> files = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(folder)) {
            walk.filter(Files::isRegularFile)
                    .sorted(Comparator.comparing(
                                    (Path path) -> !folder.relativize(path).startsWith("updates"))
                            .thenComparing(Path::toString))
                    .flatMap(path -> ModuleFile.of(path).stream())
                    .forEach(file -> files.putIfAbsent(file.module(), file));
        }
        return new ModuleFolder(folder, files, Map.of());
    }

    /**
     * The file of a module.
     *
     * @param neededBy who asks, for the message
     * @throws ProblemException with {@link ProblemCode#INPUT_MISSING} when there is none
     */
    ModuleFile module(KernelObject module, String neededBy) {
        ModuleFile file = files.get(module);
        if (file == null || !Files.isRegularFile(file.path())) {
            throw ProblemException.input(new Problem(
                    ProblemCode.INPUT_MISSING,
                    folder.toString(),
                    "The kernel module " + module + ", needed by " + neededBy + ", is not there.",
                    "Give the folder with all modules of the target kernel, as its package ships it."));
        }
        return file;
    }

    /** The modules that must be loaded before {@code file}, in no particular order. */
    List<KernelObject> dependencies(ModuleFile file) throws IOException {
        List<KernelObject> known = dependencies.get(file.module());
        return known != null ? known : file.info().depends();
    }

    /**
     * The modules that answer to {@code name}, which is a module's own name or one of its aliases. modprobe has an index
     * of aliases; here the modules themselves are asked, those first whose file name already looks like it.
     */
    List<ModuleFile> modulesCalled(String name) throws IOException {
        Optional<ModuleFile> own = Optional.ofNullable(files.get(KernelObject.named(name)));
        if (own.isPresent()) {
            return List.of(own.get());
        }
        String algorithm = name.startsWith(CRYPTO_ALIAS) ? name.substring(CRYPTO_ALIAS.length()) : name;
        List<ModuleFile> alike = new ArrayList<>();
        List<ModuleFile> others = new ArrayList<>();
        files.forEach((module, file) -> (module.name().contains(algorithm) ? alike : others).add(file));
        List<ModuleFile> found = withAlias(alike, name);
        return found.isEmpty() ? withAlias(others, name) : found;
    }

    private static List<ModuleFile> withAlias(List<ModuleFile> candidates, String alias) throws IOException {
        List<ModuleFile> found = new ArrayList<>();
        for (ModuleFile file : candidates) {
            if (file.info().aliases().contains(alias)) {
                found.add(file);
            }
        }
        return found;
    }
}
