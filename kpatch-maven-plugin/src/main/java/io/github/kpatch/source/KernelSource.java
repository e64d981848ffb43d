package io.github.kpatch.source;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A kernel source that can be written out as a tree.
 *
 * @param sha256 SHA-256 of the source archive, or of names and contents of a source folder
 * @param packageVersion version of the distribution's package it came in, where it came in one
 * @param versionIsRelease whether the release of a kernel built from it begins with that version, as in families of RPM
 * @param builtIn whether somebody has configured or built in it
 * @param origin what to call it in messages
 * @param archive brings its archive; empty for a folder
 * @param writer writes it out
 */
record KernelSource(
        String sha256,
        Optional<String> packageVersion,
        boolean versionIsRelease,
        boolean builtIn,
        String origin,
        Optional<Supplier<Path>> archive,
        Writer writer) {
    /** Writes a source tree. */
    @FunctionalInterface
    interface Writer {
        /**
         * Writes the tree.
         *
         * @param scratch an empty folder for temporary files, on the same file system as the result
         * @param tree becomes the tree's root; not there yet
         */
        void write(Path scratch, Path tree);
    }
}
