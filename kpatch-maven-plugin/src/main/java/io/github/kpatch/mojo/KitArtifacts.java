package io.github.kpatch.mojo;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.stages.WantedKit;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.RepositorySystemSession;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;

/** Kernel kits as artifacts of Maven repositories. */
final class KitArtifacts {
    private final RepositorySystem system;
    private final RepositorySystemSession session;
    private final List<RemoteRepository> remotes;

    KitArtifacts(RepositorySystem system, RepositorySystemSession session, List<RemoteRepository> remotes) {
        this.system = system;
        this.session = session;
        this.remotes = remotes;
    }

    /**
     * The kit of those coordinates, of which nothing is resolved before it is asked for.
     *
     * @throws ProblemException KP106 when they are none
     */
    WantedKit kit(String coordinates) {
        String[] parts = coordinates.strip().split(":", -1);
        if (parts.length != 3 || List.of(parts).stream().anyMatch(String::isBlank)) {
            throw ProblemException.input(new Problem(
                    ProblemCode.PARAMETER_INVALID,
                    "kpatch.kit",
                    "'" + coordinates + "' are no coordinates of a kernel kit.",
                    "Name it by groupId:artifactId:version."));
        }
        return new WantedKit(
                String.join(":", parts),
                (classifier, extension) ->
                        resolve(new DefaultArtifact(parts[0], parts[1], classifier, extension, parts[2])));
    }

    private Path resolve(DefaultArtifact artifact) {
        try {
            return system.resolveArtifact(session, new ArtifactRequest(artifact, remotes, ""))
                    .getArtifact()
                    .getFile()
                    .toPath();
        } catch (ArtifactResolutionException e) {
            throw ProblemException.input(
                    Problem.of(
                            ProblemCode.KIT_NOT_FOUND,
                            artifact.toString(),
                            e.getMessage().replaceFirst("\\.*$", ".")),
                    e);
        }
    }
}
