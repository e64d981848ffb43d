package io.github.kpatch.testing;

import io.github.kpatch.host.Archives;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import java.nio.file.Path;
import java.util.Optional;

/** The corpus of Debian stable fixes, unpacked once for all tests that use it. */
public final class Corpus {
    /** The packed corpus, and what is said of it. */
    public static final Path RESOURCES = Path.of("src", "test", "resources", "corpus");

    private Corpus() {}

    /** Unpacks when first asked for. */
    private static final class Unpacked {
        private static final Path FOLDER = unpack();

        private static Path unpack() {
            Path folder = Path.of("target", "corpus-test");
            Folders.delete(folder);
            new Archives(Progress.NONE)
                    .unpack("Unpacking the corpus", RESOURCES.resolve("corpus.tar.zst"), Optional.empty(), folder);
            return folder.resolve("corpus");
        }
    }

    /** The folder that holds a folder for each pair. */
    public static Path folder() {
        return Unpacked.FOLDER;
    }
}
