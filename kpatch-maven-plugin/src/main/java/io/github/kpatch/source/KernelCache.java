package io.github.kpatch.source;

import io.github.kpatch.host.ExclusiveLock;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.host.Folders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The folder that builds share, and the only class that spells paths in it. Whatever is in it under its final name is
 * complete; it got there by a rename, made by the one build that held the lock of that name.
 *
 * <pre>
 * packages/             packages of the distribution, as downloaded
 * kernels/&lt;digest&gt;/     facts about built kernels
 * trees/&lt;digest&gt;/       prepared source trees
 * objects/&lt;tree digest&gt;/ original objects that were built in a tree
 * boot/                 what boot tests keep
 * memo/                 what was found out about files
 * locks/                one lock file for each of the above
 * </pre>
 */
public final class KernelCache {
    /** Counts changes of what the folders hold; a cache written by another version is then not found. */
    static final String FORMAT = "1";

    private static final String PARTIAL = ".partial";

    private final Path root;
    private final Consumer<String> console;

    /**
     * @param root made when first written to
     * @param console told when another build must be waited for
     */
    public KernelCache(Path root, Consumer<String> console) {
        this.root = root.toAbsolutePath().normalize();
        this.console = console;
    }

    /** Where a user's cache is if nothing else is said: {@code ~/.cache/kpatch-maven}. */
    public static Path defaultRoot() {
        return Path.of(System.getProperty("user.home"), ".cache", "kpatch-maven");
    }

    /** Where downloaded packages are. */
    public Path packages() {
        return root.resolve("packages");
    }

    /** Where the originals built in the tree of that digest are kept; made when first written to. */
    public Path objects(String treeDigest) {
        return root.resolve("objects").resolve(treeDigest);
    }

    /** The lock that guards a tree's original objects, or any part of them that {@code name} tells apart. */
    public ExclusiveLock objectsLock(String treeDigest, String name) {
        return lock("objects-" + treeDigest + "-" + name);
    }

    /** What boot tests keep: unpacked boot images, and whether hardware virtualization works here. */
    public Path boot() {
        return root.resolve("boot");
    }

    /** What was found out about files. */
    public FileMemo memo() {
        return new FileMemo(root.resolve("memo"));
    }

    /** Where the source archive is kept that a package of that digest holds. */
    Path sourceArchive(String packageDigest) {
        return packages().resolve("source-" + packageDigest + ".tar");
    }

    Path kernel(String digest) {
        return root.resolve("kernels").resolve(digest);
    }

    Path tree(String digest) {
        return root.resolve("trees").resolve(digest);
    }

    ExclusiveLock lock(String name) {
        return new ExclusiveLock(root.resolve("locks").resolve(name + ".lock"), console);
    }

    /**
     * Makes a folder of the cache, unless it is there: {@code work} fills a temporary folder beside it, which then gets
     * the final name. Builds that want the same folder wait for one another; what a killed one left behind is deleted.
     *
     * @param what what the folder holds, for the message to who waits
     * @param work fills the folder it is given, or throws
     * @return {@code folder}, complete
     */
    Path once(Path folder, String what, Consumer<Path> work) {
        if (Files.isDirectory(folder)) {
            return folder;
        }
        Path parent = folder.getParent();
        sweep(parent);
        return lockOf(folder).during(what, () -> {
            if (!Files.isDirectory(folder)) {
                Path partial = parent.resolve(folder.getFileName() + PARTIAL);
                Folders.delete(partial);
                Folders.make(partial);
                try {
                    work.accept(partial);
                    Folders.doing(folder, () -> {
                        Folders.move(partial, folder);
                        return folder;
                    });
                } finally {
                    Folders.delete(partial);
                }
            }
            return folder;
        });
    }

    private ExclusiveLock lockOf(Path folder) {
        return lock(folder.getParent().getFileName() + "-" + folder.getFileName());
    }

    /** Deletes what killed builds left: temporary folders whose lock nobody holds. */
    private void sweep(Path parent) {
        if (!Files.isDirectory(parent)) {
            return;
        }
        List<Path> partials = Folders.doing(parent, () -> {
            try (Stream<Path> entries = Files.list(parent)) {
                return entries.filter(entry -> entry.toString().endsWith(PARTIAL))
                        .sorted()
                        .toList();
            }
        });
        for (Path partial : partials) {
            String name = partial.getFileName().toString();
            Path folder = parent.resolve(name.substring(0, name.length() - PARTIAL.length()));
            lockOf(folder).ifFree(() -> {
                Folders.delete(partial);
                return partial;
            });
        }
    }
}
