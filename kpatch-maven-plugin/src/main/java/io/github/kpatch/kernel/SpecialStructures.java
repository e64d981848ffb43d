package io.github.kpatch.kernel;

import io.github.kpatch.debuginfo.StructSizes;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which of the structures behind special sections a kernel has, as its config tells. Debug information is read up to the
 * last structure wanted, so looking for one that the kernel lacks means reading hundreds of megabytes in vain.
 */
public final class SpecialStructures {
    /** The option without which a kernel has no table of the structure; kernels may have the option and no structure. */
    private static final Map<String, String> NEEDS = new TreeMap<>(Map.of(
            "bug_entry", "GENERIC_BUG",
            "fixup_entry", "PPC64",
            "jump_entry", "JUMP_LABEL",
            "orc_entry", "UNWINDER_ORC",
            "paravirt_patch_site", "PARAVIRT",
            "pi_entry", "PRINTK_INDEX",
            "static_call_site", "HAVE_STATIC_CALL_INLINE"));

    private SpecialStructures() {}

    /**
     * The structures that a kernel of that config and release may have, among {@link StructSizes#KNOWN}.
     *
     * @param release the upstream version tells when a structure vanished; distributions may differ, so what is missing
     *     in the debug information is simply absent
     */
    public static SortedSet<String> of(KernelConfig config, KernelRelease release) {
        SortedSet<String> structures = new TreeSet<>(StructSizes.KNOWN);
        NEEDS.forEach((structure, option) -> {
            if (!config.isEnabled(option)) {
                structures.remove(structure);
            }
        });
        // Since 6.8 paravirt calls are patched as alternatives.
        if (release.isAtLeast(6, 8)) {
            structures.remove("paravirt_patch_site");
        }
        return structures;
    }
}
