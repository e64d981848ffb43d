package io.github.kpatch.kbuild;

import io.github.kpatch.host.Folders;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The files of a prepared tree that the kernel of its architecture can be made of. */
final class KernelFiles {
    private static final String ARCHITECTURES = "arch";

    private KernelFiles() {}

    /**
     * The regular files that are wanted, relative to the tree.
     *
     * @param without folders that nothing is wanted of, relative to the tree
     */
    static List<String> in(Path tree, Set<String> without, Predicate<String> wanted) {
        List<String> paths = new ArrayList<>();
        Folders.doing(
                tree,
                () -> Files.walkFileTree(tree, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                        Path relative = tree.relativize(folder);
                        boolean foreign = relative.getNameCount() == 2
                                && relative.startsWith(ARCHITECTURES)
                                && !Makefiles.isOfThisKernel(folder);
                        return foreign || without.contains(relative.toString())
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        String path = tree.relativize(file).toString();
                        if (attributes.isRegularFile() && wanted.test(path)) {
                            paths.add(path);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                }));
        return paths;
    }
}
