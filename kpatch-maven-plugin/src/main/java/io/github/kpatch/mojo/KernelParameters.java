package io.github.kpatch.mojo;

import java.io.File;

/** What a project's POM says in {@code <kernel>}. Maven fills the fields, whose names are those of the XML elements. */
public class KernelParameters {
    /** What {@code uname -r} prints on the machines to be patched. */
    private String release;

    /** A kernel kit, {@code groupId:artifactId:version}, in place of all that follows. */
    private String kit;

    /**
     * Kernel source: a folder, which is never written to, an archive, a package that holds one, a {@code .dsc}, or the
     * coordinates of an artifact, {@code groupId:artifactId:extension[:classifier]:version}.
     */
    private String source;

    /** The config the kernel was built with. */
    private File config;

    /** The kernel's uncompressed ELF file with symbols and debug information. */
    private File vmlinux;

    /** The kernel's {@code Module.symvers}. */
    private File symvers;

    /** Folder with the kernel's modules. */
    private File modulesDirectory;

    /** What the SHA-256 of {@link #source} must be. */
    private String sha256;

    /** The kernel's {@code vmlinuz}. */
    private File bootImage;

    String release() {
        return release;
    }

    String kit() {
        return kit;
    }

    String source() {
        return source;
    }

    File config() {
        return config;
    }

    File vmlinux() {
        return vmlinux;
    }

    File symvers() {
        return symvers;
    }

    File modulesDirectory() {
        return modulesDirectory;
    }

    String sha256() {
        return sha256;
    }

    File bootImage() {
        return bootImage;
    }
}
