package io.github.kpatch.source;

import java.nio.file.Path;
import java.util.function.Consumer;

/** Brings package files to this machine. Builds that share a cache share them too. */
public interface PackageStore {
    /**
     * Gives the package's file, downloaded if need be, to {@code reading}. Until that is done no other build reads or
     * removes the file. A file from an earlier download that turns out to be damaged is removed and fetched again.
     *
     * @param reading may be called a second time, for the file that replaces a damaged one
     */
    void read(DistributionPackage wanted, Consumer<Path> reading);

    /** The package is not needed any more; a file that was downloaded for it may go, unless another build reads it. */
    void done(DistributionPackage wanted);
}
