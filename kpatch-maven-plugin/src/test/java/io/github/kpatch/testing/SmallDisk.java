package io.github.kpatch.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A real file system that is soon full. Making one takes root; where that is missing its tests are skipped. */
public final class SmallDisk implements AutoCloseable {
    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /**
     * Mounts a file system.
     *
     * @param folder where; must exist
     * @param kibibytes how large
     */
    public static SmallDisk mount(Path folder, int kibibytes) {
        try {
            NativeTools.run(
                    folder, "mount", "-t", "tmpfs", "-o", "size=" + kibibytes + "k", "tmpfs", folder.toString());
        } catch (AssertionError e) {
            Assumptions.abort("No file system can be mounted here: " + e.getMessage());
        }
        return new SmallDisk(folder);
    }

    /** Its top folder. */
    public Path folder() {
        return folder;
    }

    /** Leaves so much free. */
    public void fill(int kibibytes) throws IOException {
        long size = Files.getFileStore(folder).getUsableSpace() - kibibytes * 1024L;
        Files.write(folder.resolve("filler"), new byte[(int) size]);
    }

    @Override
    public void close() {
        NativeTools.run(Path.of("/"), "umount", "--lazy", folder.toString());
    }
}
