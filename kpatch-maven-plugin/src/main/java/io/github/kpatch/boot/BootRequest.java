package io.github.kpatch.boot;

import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.KernelRelease;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What to prove, and on which kernel.
 *
 * @param release the target kernel's release
 * @param bootImage its {@code vmlinuz}; without one there is no test
 * @param modules the folder of its modules ({@code lib/modules/<release>} or any folder that holds the {@code .ko} files,
 *     compressed or not); needed only where {@code objects} names a module
 * @param otherModules folder of module files that are no part of the kernel, maybe patched ones; empty for none
 * @param patch the live-patch module
 * @param objects what the patch must have patched when its transition is done: functions by kernel object. The modules are loaded before the patch
 * @param scripts folder whose {@code *.sh} are run in name order, each as {@code sh <script> before|after|unloaded}, in a
 *     folder with everything else that this one holds; {@code KPATCH_PHASE} and {@code KPATCH_MODULE} (the module's name
 *     in sysfs) say the same, busybox's applets are on the {@code PATH}
 * @param workFolder receives the console log and what QEMU is given; files of an earlier run are replaced
 * @param cache folder that outlives the build: the unpacked kernel, and whether KVM works here
 * @param searchPath where to look for QEMU and busybox, in the form of the variable {@code PATH}
 * @param settings of the machine and the test
 */
public record BootRequest(
        KernelRelease release,
        Optional<Path> bootImage,
        Optional<Path> modules,
        Optional<Path> otherModules,
        Path patch,
        SortedMap<KernelObject, List<String>> objects,
        Optional<Path> scripts,
        Path workFolder,
        Path cache,
        String searchPath,
        BootSettings settings) {
    public BootRequest {
        SortedMap<KernelObject, List<String>> copy = new TreeMap<>();
        for (Map.Entry<KernelObject, List<String>> object : objects.entrySet()) {
            copy.put(object.getKey(), List.copyOf(object.getValue()));
        }
        objects = Collections.unmodifiableSortedMap(copy);
    }

    /** The modules among the patched objects. */
    List<KernelObject> targetModules() {
        return objects.keySet().stream().filter(KernelObject::isModule).toList();
    }
}
