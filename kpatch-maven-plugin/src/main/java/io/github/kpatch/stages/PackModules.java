package io.github.kpatch.stages;

import io.github.kpatch.host.Folders;
import io.github.kpatch.host.TarWriter;
import io.github.kpatch.problem.ProblemException;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;

/**
 * The modules of several kernels in one archive, each in a folder that is named by its kernel's release: what who looks
 * after machines with different kernels takes as a whole. No module stands for all kernels, so this does.
 */
public final class PackModules {
    /** What the archive's name ends in. */
    public static final String EXTENSION = "tar.xz";

    private PackModules() {}

    /**
     * Writes the archive; its bytes depend on the modules alone.
     *
     * @param modules files of modules by release
     * @throws ProblemException KP105 or KP110 when it cannot be written
     */
    public static void run(SortedMap<String, Path> modules, Path archive) {
        byte[] content = Folders.doing(archive, () -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (TarWriter tar = TarWriter.xz(bytes)) {
                for (Map.Entry<String, Path> module : modules.entrySet()) {
                    tar.add(module.getKey() + "/" + module.getValue().getFileName(), module.getValue());
                }
            }
            return bytes.toByteArray();
        });
        Folders.write(archive, content);
    }
}
