package io.github.kpatch.kbuild;

import io.github.kpatch.host.TemporaryFolder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A folder that make can work in. kbuild refuses to work below a folder with a space or a colon in its name, and people
 * have projects there; what is built does not depend on where, so it is then built in a temporary folder.
 */
public final class BuildPlace implements AutoCloseable {
    private static final Pattern REFUSED = Pattern.compile("[\\s:]");

    private final Path path;
    private final Optional<TemporaryFolder> temporary;

    private BuildPlace(Path path, Optional<TemporaryFolder> temporary) {
        this.path = path;
        this.temporary = temporary;
    }

    /** {@code folder} itself where make can work in it, else a new temporary folder. */
    public static BuildPlace of(Path folder) {
        if (!REFUSED.matcher(folder.toString()).find()) {
            return new BuildPlace(folder, Optional.empty());
        }
        TemporaryFolder temporary = TemporaryFolder.make();
        return new BuildPlace(temporary.path(), Optional.of(temporary));
    }

    /** Where to work. */
    public Path path() {
        return path;
    }

    @Override
    public void close() {
        temporary.ifPresent(TemporaryFolder::close);
    }
}
