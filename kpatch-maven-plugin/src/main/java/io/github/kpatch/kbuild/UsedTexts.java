package io.github.kpatch.kbuild;

import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Asks the preprocessor, by kbuild's own commands, which objects a changed header leaves as they are: those whose sources
 * use the same text before and after ({@link UsedText}). That takes a fourth of the time of a compilation, and what the
 * kernel's own source uses is found out once and kept with its objects.
 */
public final class UsedTexts {
    private final Kbuild kbuild;
    private final OriginalObjects originals;
    private final Path log;

    /**
     * @param originals where it is kept what the kernel's own source uses
     * @param log file for make's output
     */
    public UsedTexts(Kbuild kbuild, OriginalObjects originals, Path log) {
        this.kbuild = kbuild;
        this.originals = originals;
        this.log = log;
    }

    /**
     * Those of some objects that a patch cannot change.
     *
     * @param original shows the kernel's own source
     * @param patched shows the patched source
     * @param objects compiled from a C file of their name each
     * @param task advanced by two for each object
     */
    public Set<String> same(PrivateView original, PrivateView patched, List<String> objects, Progress.Task task) {
        List<String> unknown = objects.stream()
                .filter(object -> originals.used(object).isEmpty())
                .toList();
        task.advance(objects.size() - unknown.size());
        digests(original, unknown, task).forEach(originals::keepUsed);
        Map<String, String> now = digests(patched, objects, task);
        return objects.stream()
                .filter(object ->
                        now.containsKey(object) && originals.used(object).equals(Optional.of(now.get(object))))
                .collect(Collectors.toSet());
    }

    /** Without objects whose source the preprocessor does not take: the compiler will say why. */
    private Map<String, String> digests(PrivateView view, List<String> objects, Progress.Task task) {
        if (objects.isEmpty()) {
            // Asked for nothing, make makes all of the kernel.
            return Map.of();
        }
        kbuild.objects(view, objects.stream().map(UsedTexts::preprocessed).toList(), log, task, line -> {});
        Map<String, String> digests = new ConcurrentHashMap<>();
        objects.parallelStream().forEach(object -> {
            Path text = view.file(preprocessed(object));
            Folders.doing(text, () -> {
                if (Files.isRegularFile(text)) {
                    UsedText.digest(Files.readAllBytes(text)).ifPresent(digest -> digests.put(object, digest));
                    Files.delete(text);
                }
                return text;
            });
        });
        return digests;
    }

    private static String preprocessed(String object) {
        return object.substring(0, object.length() - "o".length()) + "i";
    }
}
