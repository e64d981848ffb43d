package io.github.kpatch.source;

import io.github.kpatch.kernel.KernelRelease;
import java.util.List;

/**
 * A family of distributions: what its kernels are called, which of its packages holds which piece of them, and how to get
 * those.
 */
public interface Distribution {
    /**
     * The release to patch when none is named: the newest installed one of the running kernel's flavour, else the one
     * that the distribution installs by default.
     */
    KernelRelease defaultRelease();

    /**
     * The releases of which everything is there that a live patch takes: the running one first, then installed ones, then
     * what the distribution itself would take first.
     *
     * @throws io.github.kpatch.problem.ProblemException KP210 when it knows no kernel, KP215 when nobody may be asked
     */
    List<OfferedRelease> releases();

    /**
     * A kernel as the distribution built it.
     *
     * @throws io.github.kpatch.problem.ProblemException KP201 with the releases there are, KP215 when nobody may be asked
     */
    Build build(KernelRelease release);

    /** The packages that the pieces of its builds lie in. */
    PackageStore packages();

    /** Where the pieces of one build of one release are; each throws KP205, KP210 or KP215 where there is no such package. */
    interface Build {
        /** The version that the packages of the build have. */
        String version();

        /**
         * A config from a small package, to see early whether the kernel can be patched: it may differ from {@link
         * #config()} in keys and salts, and in nothing else.
         */
        Piece earlyConfig();

        /** The config as shipped. */
        Piece config();

        /** The image it boots from. */
        Piece bootImage();

        /** The folder of modules as shipped. */
        Piece modules();

        /** Its {@code Module.symvers}. */
        Piece symvers();

        /** Its vmlinux with debug information. */
        Piece vmlinux();

        /** The folder of modules with debug information. */
        Piece debugModules();

        /** The source it was built from. */
        Piece source();
    }
}
