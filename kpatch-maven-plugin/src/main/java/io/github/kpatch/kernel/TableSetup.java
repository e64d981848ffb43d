package io.github.kpatch.kernel;

/** Who acts on the tables about code of a live patch, such as its alternatives, when an object is patched. */
public enum TableSetup {
    /**
     * The module loader, as for any module, all references into vmlinux resolved before: Linux 5.8 and newer. References
     * into modules come too late for it.
     */
    BY_LOADER,
    /**
     * The livepatch core, once it has resolved all references of an object, from sections of their own for each object
     * ({@code .klp.arch.*}); what stands elsewhere the loader acts on before any klp reference is resolved: before 5.8.
     */
    BY_LIVEPATCH
}
