package io.github.kpatch.stages;

import io.github.kpatch.patch.PatchSelection;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The patches of a project, as they are wanted for one of its kernels; see {@link PatchSelection}.
 *
 * @param folder the folder they lie in
 * @param maxFuzz how many lines of context a hunk may lack
 * @param release the kernel's, where the project is for several; else empty, and there is no difference
 * @param releases those of all the project's kernels
 */
public record ProjectPatches(Path folder, int maxFuzz, Optional<String> release, List<String> releases) {
    public ProjectPatches {
        releases = List.copyOf(releases);
    }

    PatchSelection selection() {
        return new PatchSelection(folder, release, releases);
    }
}
