package io.github.kpatch.delivery;

import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * The sources of a module as one archive, tar compressed by xz. A livepatch is code under the GPL: who deploys it publishes
 * it, and the sources go along.
 *
 * @param files contents by path in the archive
 */
public record SourcesArchive(SortedMap<String, byte[]> files) {
    /** How the archive's name ends. */
    public static final String EXTENSION = "tar.xz";

    /** Tells archives with other files or contents apart; hexadecimal. */
    public String digest() {
        List<String> parts = new ArrayList<>();
        files.forEach((name, content) -> {
            parts.add(name);
            parts.add(Digests.of(content));
        });
        return Digests.of(parts);
    }

    /** Writes the archive, whole or not at all; the same files give the same bytes. */
    public void write(Path archive) {
        Folders.write(archive, Folders.doing(archive, this::bytes));
    }

    private byte[] bytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarWriter tar = TarWriter.xz(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                tar.add(file.getKey(), file.getValue());
            }
        }
        return bytes.toByteArray();
    }
}
