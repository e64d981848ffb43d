package io.github.kpatch.mojo;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.eclipse.aether.artifact.DefaultArtifact;

/** Kernel source as a user names it: a file or folder, or the coordinates of an artifact. */
final class SourceParameter {
    /** {@code groupId:artifactId:extension[:classifier]:version}, as Maven's resolver writes coordinates. */
    private static final Pattern COORDINATES = Pattern.compile("[A-Za-z0-9_.+~-]+(:[A-Za-z0-9_.+~-]+){2,4}");

    private final Path folder;
    private final ArtifactFiles artifacts;

    /** @param folder that relative paths are relative to */
    SourceParameter(Path folder, ArtifactFiles artifacts) {
        this.folder = folder;
        this.artifacts = artifacts;
    }

    /**
     * The file or folder, of which nothing is read.
     *
     * @throws ProblemException KP245 when it is an artifact that cannot be had
     */
    Path locate(String given) {
        Path path = folder.resolve(given);
        return COORDINATES.matcher(given).matches() && !Files.exists(path)
                ? artifacts.resolve(new DefaultArtifact(given), ProblemCode.SOURCE_ARTIFACT_NOT_FOUND)
                : path;
    }
}
