package io.github.kpatch.source;

import io.github.kpatch.host.ExclusiveLock;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.host.Folders;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The folder that builds share, and the only class that spells paths in it. Whatever gets its final name is complete, for
 * it gets it by a rename, made by the one build that holds the lock of that name; and it carries a list of what it holds,
 * by which later builds see that it still does.
 *
 * <pre>
 * packages/             packages of the distribution, as downloaded
 * kernels/&lt;digest&gt;/     facts about built kernels
 * trees/&lt;digest&gt;/       prepared source trees
 * objects/&lt;tree digest&gt;/ original objects that were built in a tree
 * notes/&lt;tree digest&gt;/ what was found out about a tree
 * boot/                 what boot tests keep
 * builds/               workspaces of builds without a project
 * memo/                 what was found out about files
 * locks/                one lock file for each of the above
 * </pre>
 */
public final class KernelCache {
    /** Counts changes of what the folders hold; a cache written by another version is then not found. */
    static final String FORMAT = "2";

    private static final String PARTIAL = ".partial";
    private static final String UNDAMAGED = "undamaged ";

    /** How many damaged files a message names. */
    private static final int SHOWN = 5;

    private final Path root;
    private final Consumer<String> console;

    /**
     * @param root made when first written to
     * @param console told when another build must be waited for, and what else is worth a word about a kernel
     */
    public KernelCache(Path root, Consumer<String> console) {
        this.root = root.toAbsolutePath().normalize();
        this.console = console;
    }

    /** Where a user's cache is if nothing else is said: {@code ~/.cache/kpatch-maven}. */
    public static Path defaultRoot() {
        return Path.of(System.getProperty("user.home"), ".cache", "kpatch-maven");
    }

    /** Who is told of what happens to what is kept here. */
    Consumer<String> console() {
        return console;
    }

    /** Where downloaded packages are. */
    public Path packages() {
        return root.resolve("packages");
    }

    /** Where the originals built in the tree of that digest are kept; made when first written to. */
    public Path objects(String treeDigest) {
        return root.resolve("objects").resolve(treeDigest);
    }

    /** Where what was found out about the tree of that digest is kept; made when first written to. */
    public Path notes(String treeDigest) {
        return root.resolve("notes").resolve(treeDigest);
    }

    /** What boot tests keep: unpacked boot images, and whether hardware virtualization works here. */
    public Path boot() {
        return root.resolve("boot");
    }

    /**
     * Where a build without a project works.
     *
     * @param name tells it from others
     */
    public Path build(String name) {
        return root.resolve("builds").resolve(name);
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

    /** The lock of whatever {@code name} tells apart. */
    public ExclusiveLock lock(String name) {
        return new ExclusiveLock(root.resolve("locks").resolve(name + ".lock"), console);
    }

    /**
     * Makes a folder of the cache, unless it is there: {@code work} fills a temporary folder beside it, which then gets
     * the final name. One that is not any more what it was is removed and made again. Builds that want the same folder wait for one another; what a killed one left behind is deleted.
     *
     * @param what what the folder holds, for the message to who waits
     * @param work fills the folder it is given, or throws
     * @return {@code folder}, complete
     */
    Path once(Path folder, String what, Consumer<Path> work) {
        if (damage(folder).isEmpty()) {
            return folder;
        }
        Path parent = folder.getParent();
        sweep(parent);
        return lockOf(folder).during(what, () -> {
            Optional<String> damage = damage(folder);
            if (damage.isPresent()) {
                if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                    discard(folder, damage.get());
                }
                make(folder, work);
            }
            return folder;
        });
    }

    private void make(Path folder, Consumer<Path> work) {
        Path partial = folder.resolveSibling(folder.getFileName() + PARTIAL);
        Folders.delete(partial);
        Folders.make(partial);
        try {
            work.accept(partial);
            FolderContents.of(partial).note(partial);
            Folders.doing(folder, () -> {
                Folders.move(partial, folder);
                return folder;
            });
            memo().remember(UNDAMAGED + folder, List.of(), FolderDigest.listing(folder));
        } finally {
            Folders.delete(partial);
        }
    }

    /**
     * Why a folder cannot be used; empty where it is what it was when it was made. To read 85,000 files takes seconds, so
     * they are read again only when size, time of modification or time of the inode's change of one of them is another
     * than when they were read last: no program changes a file without the last one.
     */
    private Optional<String> damage(Path folder) {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of("it is no folder");
        }
        String listing = FolderDigest.listing(folder);
        if (memo().known(UNDAMAGED + folder, List.of()).filter(listing::equals).isPresent()) {
            return Optional.empty();
        }
        List<String> damaged = FolderContents.damage(folder);
        if (damaged.isEmpty()) {
            memo().remember(UNDAMAGED + folder, List.of(), listing);
            return Optional.empty();
        }
        String more = damaged.size() > SHOWN ? ", … and " + (damaged.size() - SHOWN) + " more" : "";
        return Optional.of("not as it was put there: "
                + String.join(", ", damaged.subList(0, Math.min(SHOWN, damaged.size()))) + more);
    }

    /** Deletes something damaged, which is then made or fetched again, and says so. */
    public void discard(Path damaged, String reason) {
        console.accept("The cache's " + damaged + " is damaged (" + reason + "). It is removed and made again.");
        Folders.delete(damaged);
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
