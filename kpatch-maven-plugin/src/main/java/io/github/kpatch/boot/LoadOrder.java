package io.github.kpatch.boot;

import io.github.kpatch.kernel.KernelObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The order in which modules must be loaded: the kernel resolves a module's symbols when it is inserted, so every
 * module comes after those it uses. {@code insmod} knows no dependencies, and the guest has no modprobe database.
 */
final class LoadOrder {
    private final ModuleFolder folder;
    private final Set<KernelObject> seen = new HashSet<>();
    private final List<Step> steps = new ArrayList<>();

    private LoadOrder(ModuleFolder folder) {
        this.folder = folder;
    }

    /**
     * One module to load.
     *
     * @param file the module
     * @param needed whether the test makes no sense when it does not load; soft dependencies may fail
     */
    record Step(ModuleFile file, boolean needed) {}

    /** {@code targets} with all they depend on; deterministic. */
    static List<Step> of(ModuleFolder folder, Collection<KernelObject> targets) throws IOException {
        LoadOrder order = new LoadOrder(folder);
        for (KernelObject target : new TreeSet<>(targets)) {
            order.add(folder.module(target, "the patch"), true);
        }
        return List.copyOf(order.steps);
    }

    private void add(ModuleFile file, boolean needed) throws IOException {
        if (!seen.add(file.module())) {
            return;
        }
        for (String soft : file.info().softDependencies()) {
            for (ModuleFile module : folder.modulesCalled(soft)) {
                add(module, false);
            }
        }
        for (KernelObject hard : new TreeSet<>(folder.dependencies(file))) {
            add(folder.module(hard, file.module().name()), needed);
        }
        steps.add(new Step(file, needed));
    }
}
