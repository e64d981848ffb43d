package io.github.kpatch.livepatch;

import io.github.kpatch.elf.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The templates and headers that lie beside these classes in the plugin's jar. */
final class Resources {
    private Resources() {}

    static Bytes read(String name) {
        try (InputStream stream = Resources.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("the plugin lacks its resource " + name);
            }
            return Bytes.copyOf(stream.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
