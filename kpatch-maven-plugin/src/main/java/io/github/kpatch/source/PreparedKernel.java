package io.github.kpatch.source;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A kernel source tree in the cache, configured and prepared so that single objects and external modules can be built
 * against it, together with the kernel it belongs to.
 *
 * @param target the kernel that the tree is the source of
 * @param digest identifies everything that shaped the tree: source, config, exports, compiler and tools, make variables,
 *     format of the cache; hexadecimal
 * @param tree the prepared tree; nobody may write to it
 * @param makeVariables {@code NAME=value} arguments that every make call must repeat ({@code KERNELRELEASE}, {@code
 *     CC}, {@code KCFLAGS}, …): with others kbuild would rebuild its prerequisites
 * @param makeEnvironment environment of every make call ({@code KBUILD_BUILD_TIMESTAMP} and its kin)
 * @param lock what a project that builds for this kernel notes in {@code kernel.lock}
 * @param toolchain the programs it was prepared with
 * @param laidOver the out-of-tree modules that are patched; empty where it is the kernel itself
 */
public record PreparedKernel(
        TargetKernel target,
        String digest,
        Path tree,
        List<String> makeVariables,
        Map<String, String> makeEnvironment,
        KernelLock lock,
        Toolchain toolchain,
        Optional<LaidOver> laidOver) {
    public PreparedKernel {
        makeVariables = List.copyOf(makeVariables);
        makeEnvironment = Collections.unmodifiableMap(new TreeMap<>(makeEnvironment));
    }

    /** The folder whose files patches change: the tree, or that of the out-of-tree modules in it. */
    public Path sources() {
        return laidOver.map(LaidOver::folder).map(tree::resolve).orElse(tree);
    }

    /** The path in the tree of a file of {@link #sources}. */
    public String inTree(String source) {
        return laidOver.map(layer -> layer.folder() + "/" + source).orElse(source);
    }

    /**
     * The source files at a path of {@link #sources} or, where that is a folder, below it, sorted; nothing that a build makes, and
     * nothing for a path that leaves the tree.
     */
    public List<String> sourceFiles(String path) {
        return new SourceFolder(sources()).filesBelow(path);
    }
}
