package io.github.kpatch.stages;

import io.github.kpatch.diff.IncludedElement;
import io.github.kpatch.host.KeptFile;
import io.github.kpatch.kernel.KernelObject;
import java.util.List;

/**
 * One object that the patch changes.
 *
 * @param name its path in the kernel tree
 * @param parent the kernel object that contains it
 * @param changedFunctions the functions that are redirected
 * @param newFunctions the functions that come with the patch
 * @param callbacks kinds of the author's callbacks
 * @param intermediate the intermediate object
 * @param included what is in it, and why; functions first
 */
public record DiffedObject(
        String name,
        KernelObject parent,
        List<String> changedFunctions,
        List<String> newFunctions,
        List<String> callbacks,
        KeptFile intermediate,
        List<IncludedElement> included) {
    public DiffedObject {
        changedFunctions = List.copyOf(changedFunctions);
        newFunctions = List.copyOf(newFunctions);
        callbacks = List.copyOf(callbacks);
        included = List.copyOf(included);
    }
}
