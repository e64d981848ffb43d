package io.github.kpatch.stages;

import io.github.kpatch.host.Progress;
import io.github.kpatch.kbuild.CompiledSources;
import io.github.kpatch.kbuild.PrivateView;
import io.github.kpatch.kbuild.UsedTexts;
import io.github.kpatch.source.PreparedKernel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Leaves out objects that include a changed header and use nothing of what changes in it, before anything is compiled: of
 * the thousands that a prototype in a common header reaches, a few remain. Where a type changes, whoever includes it
 * counts, so nothing is asked.
 */
final class LeaveOutUnaffected {
    private final PreparedKernel kernel;
    private final PatchedSources sources;
    private final BuildContext context;
    private final UsedTexts texts;

    LeaveOutUnaffected(PreparedKernel kernel, PatchedSources sources, BuildContext context, UsedTexts texts) {
        this.kernel = kernel;
        this.sources = sources;
        this.context = context;
        this.texts = texts;
    }

    /**
     * What remains.
     *
     * @param found what the patch can reach
     * @param recompiled objects whose compilation changes, whatever their source says
     * @param original shows the kernel's own source
     * @param patched shows the patched source
     */
    Reach of(Reach found, Collection<String> recompiled, PrivateView original, PrivateView patched) {
        List<String> asked = sources.types().isEmpty()
                ? found.staying().stream()
                        .filter(object -> !recompiled.contains(object) && comesFromUntouchedC(object))
                        .toList()
                : List.of();
        Set<String> same = new HashSet<>();
        try (Progress.Task task = context.progress().start("Reading what objects use", 2L * asked.size(), "sources")) {
            for (List<String> some : BuildObjects.parts(asked)) {
                same.addAll(texts.same(original, patched, some, task));
            }
        }
        if (same.isEmpty()) {
            return found;
        }
        context.console()
                .info("Of %d objects that the headers reach, %d %s nothing of what changes there."
                        .formatted(asked.size(), same.size(), same.size() == 1 ? "uses" : "use"));
        List<String> staying = new ArrayList<>(found.staying());
        staying.removeAll(same);
        return found.with(staying);
    }

    private boolean comesFromUntouchedC(String object) {
        String source = CompiledSources.sourceOf(object);
        return Files.isRegularFile(kernel.tree().resolve(source))
                && !sources.touched().contains(source);
    }
}
