package io.github.kpatch.mojo;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.RepositorySystemSession;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;

/**
 * Files of artifacts, from the local repository or those of the project.
 *
 * @param remotes the project's repositories
 */
record ArtifactFiles(RepositorySystem system, RepositorySystemSession session, List<RemoteRepository> remotes) {
    ArtifactFiles {
        remotes = List.copyOf(remotes);
    }

    /**
     * The file of an artifact.
     *
     * @param missing the problem where it cannot be had
     * @throws ProblemException with that code
     */
    Path resolve(Artifact artifact, ProblemCode missing) {
        try {
            return system.resolveArtifact(session, new ArtifactRequest(artifact, remotes, ""))
                    .getArtifact()
                    .getFile()
                    .toPath();
        } catch (ArtifactResolutionException e) {
            throw ProblemException.input(
                    Problem.of(missing, artifact.toString(), e.getMessage().replaceFirst("\\.*$", ".")), e);
        }
    }
}
