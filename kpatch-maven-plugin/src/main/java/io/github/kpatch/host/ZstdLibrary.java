package io.github.kpatch.host;

import com.github.luben.zstd.util.Native;

/**
 * Loads the native half of zstd-jni, which unpacks itself into a file of the temporary folder to be loaded from there. A
 * build killed at that moment would leave the file for ever, so it goes into a folder that the next build sweeps.
 */
public final class ZstdLibrary {
    private ZstdLibrary() {}

    /**
     * Loads the library unless this JVM has it already.
     *
     * @throws io.github.kpatch.problem.ProblemException KP105 when the temporary folder cannot be written to
     */
    public static void load() {
        if (Native.isLoaded()) {
            return;
        }
        try (TemporaryFolder temporary = TemporaryFolder.make()) {
            Native.load(temporary.path().toFile());
        }
    }
}
