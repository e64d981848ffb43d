package io.github.kpatch.livepatch;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.kernel.TableSetup;
import java.util.List;

/**
 * What the linker must be told when it joins the module's objects, beside the linker script.
 *
 * <p>Kernels before 5.8 want alternatives and paravirt sites in sections of their own for each object patched ({@code
 * .klp.arch.*}), which {@link FinishModule} makes out of whole sections. {@code ld -r} joins sections of one name, and in
 * a joined one nothing says any more which bytes are whose; {@code --unique} keeps them apart. Kbuild links a module
 * twice, first its objects and then that with the module's description, and both links need it.
 */
public final class LinkerOptions {
    private LinkerOptions() {}

    /** The options for a kernel on a machine; empty from 5.8 on. */
    public static List<String> of(KernelRelease release, Architecture arch) {
        return release.tableSetup() == TableSetup.BY_LIVEPATCH
                ? arch.tablesByPatchedObject().stream()
                        .map(table -> "--unique=" + table)
                        .toList()
                : List.of();
    }
}
