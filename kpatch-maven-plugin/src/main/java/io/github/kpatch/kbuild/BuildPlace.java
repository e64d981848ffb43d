package io.github.kpatch.kbuild;

import io.github.kpatch.host.PlainPath;
import io.github.kpatch.host.TemporaryFolder;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A folder that make can work in. kbuild refuses to work below a folder with a space or a colon in its name, stumbles over
 * quotes and runs what stands in backquotes, and people have projects in such folders. What is built does not depend on
 * where, so it is then built in a temporary folder.
 */
public final class BuildPlace implements AutoCloseable {
    private final Path path;
    private final Optional<TemporaryFolder> temporary;

    private BuildPlace(Path path, Optional<TemporaryFolder> temporary) {
        this.path = path;
        this.temporary = temporary;
    }

    /**
     * {@code folder} itself where make can work in it, else a new temporary folder.
     *
     * @throws ProblemException KP109 when make can work in neither
     */
    public static BuildPlace of(Path folder) {
        if (PlainPath.is(folder)) {
            return new BuildPlace(folder, Optional.empty());
        }
        TemporaryFolder temporary = TemporaryFolder.make();
        if (!PlainPath.is(temporary.path())) {
            temporary.close();
            throw ProblemException.input(
                    ProblemCode.PATH_NOT_PLAIN,
                    temporary.path().getParent().toString(),
                    "make can work neither in the project's folder " + folder + " nor in this temporary folder.");
        }
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
