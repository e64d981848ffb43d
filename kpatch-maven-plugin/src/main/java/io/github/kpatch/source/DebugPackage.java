package io.github.kpatch.source;

/**
 * Whether the distribution's debug package of a kernel is used. It is the largest download by far (818 MB for Debian's
 * 6.1), and all it adds to the boot image and the modules as shipped is which source file each symbol is of.
 */
public enum DebugPackage {
    /** Only where what is shipped cannot decide something. */
    AUTO,
    /** In place of what is shipped. */
    ALWAYS,
    /** What only it could decide is refused. */
    NEVER
}
