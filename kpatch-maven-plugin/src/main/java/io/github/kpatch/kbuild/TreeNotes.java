package io.github.kpatch.kbuild;

import com.google.gson.reflect.TypeToken;
import io.github.kpatch.host.Json;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.SealedText;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * What was found out about a prepared tree, which never changes: it takes a minute and is found out once, when the first
 * patch needs it.
 */
public final class TreeNotes {
    /** Counts changes of what the notes hold: what another version of the plugin noted is found out again. */
    private static final int FORMAT = 3;

    private final Path folder;
    private final Progress progress;

    /**
     * @param folder the cache's for this tree; made when first written to
     * @param progress told of long work
     */
    public TreeNotes(Path folder, Progress progress) {
        this.folder = folder;
        this.progress = progress;
    }

    /** What the tree's kernel is made of. */
    public KernelContents contents(AskKbuild kbuild) {
        return recall("contents", KernelContents.class, () -> {
            try (Progress.Task task = progress.start("Asking kbuild what the kernel is made of", -1, "folders")) {
                return KernelContents.follow(kbuild.roots(), folders -> {
                    task.advance(folders.size());
                    return kbuild.folders(folders);
                });
            }
        });
    }

    /** What the modules of one folder are made of, where they are none of the kernel's. */
    public KernelContents contents(AskKbuild kbuild, String folder) {
        return recall("contents", KernelContents.class, () -> KernelContents.follow(List.of(folder), kbuild::folders));
    }

    /** Who can include whom in the tree. */
    public Includes includes(Path tree) {
        return recall("includes", Includes.class, () -> {
            try (Progress.Task task = progress.start("Reading which files include which", -1, "files")) {
                return Includes.scan(tree, task);
            }
        });
    }

    /** What {@code prepare} made in the tree from source. */
    public PreparedFiles preparedFiles(Path tree) {
        return recall("prepared", PreparedFiles.class, () -> PreparedFiles.scan(tree));
    }

    private <T> T recall(String name, Class<T> type, Supplier<T> find) {
        Path note = folder.resolve("%s-%d.json".formatted(name, FORMAT));
        return SealedText.read(note)
                .map(text -> Json.read(text, TypeToken.get(type)))
                .orElseGet(() -> {
                    T found = find.get();
                    SealedText.write(note, Json.write(found));
                    return found;
                });
    }
}
