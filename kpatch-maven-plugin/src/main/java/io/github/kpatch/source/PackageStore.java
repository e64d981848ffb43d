package io.github.kpatch.source;

import java.nio.file.Path;

/** Brings package files to this machine. */
interface PackageStore {
    /** The package's file, downloaded if need be. */
    Path fetch(DebianPackage wanted);

    /** The package is not needed any more; a file that was downloaded for it may go. */
    void done(DebianPackage wanted);
}
