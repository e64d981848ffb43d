package io.github.kpatch.source;

import java.util.Optional;

/** What the facts about a kernel come from. */
sealed interface BuiltKernel {
    /** What to call its config in messages. */
    String configName();

    /**
     * The files that its build made.
     *
     * @param earlyConfig its config, except for keys and salts, where that is quicker to get than the config itself
     * @param config its config
     * @param vmlinux its vmlinux, or a boot image
     * @param symvers its {@code Module.symvers}
     * @param debugModules folder of modules with FILE symbols, or as shipped
     */
    record InFiles(
            Optional<Piece> earlyConfig, Piece config, Piece vmlinux, Piece symvers, Optional<Piece> debugModules)
            implements BuiltKernel {
        @Override
        public String configName() {
            return config.toString();
        }

        /** The file that says which kernel it is. */
        @Override
        public String toString() {
            return vmlinux.toString();
        }
    }

    /**
     * A kernel kit, which holds the facts themselves.
     *
     * @param kit the kit
     */
    record InKit(KernelKit kit) implements BuiltKernel {
        @Override
        public String configName() {
            return kit + ", " + KernelFacts.CONFIG;
        }

        @Override
        public String toString() {
            return kit.toString();
        }
    }
}
