package io.github.kpatch.mojo;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.stages.BuildAlone;
import io.github.kpatch.stages.PublishedModule;
import io.github.kpatch.stages.RebuildModule;
import java.io.File;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.eclipse.aether.artifact.DefaultArtifact;

/**
 * Builds a published module again from the sources that were published with it, and says whether it is the same, byte for
 * byte, its signature aside. Needs no project.
 */
@Mojo(name = "rebuild", requiresProject = false, threadSafe = true)
public final class RebuildMojo extends AbstractProjectMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.rebuild.skip", defaultValue = "false")
    private boolean skipGoal;

    /**
     * What the module was published as, {@code groupId:artifactId:version}, with {@code :release} behind it where it is one of
     * several kernels'.
     */
    @Parameter(property = "artifact")
    private String artifact;

    /** Folder for the module that was built again, where it is another one; the current one by default. */
    @Parameter(property = "kpatch.outputDirectory")
    private File outputDirectory;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    Path defaultWorkDirectory() {
        return BuildAlone.workspace(cache(), Path.of("rebuild " + artifact));
    }

    @Override
    void run() {
        String[] parts = Optional.ofNullable(artifact).orElse("").strip().split(":", -1);
        if (parts.length < 3 || parts.length > 4) {
            throw ProblemException.input(
                    new Problem(
                            ProblemCode.PARAMETER_INVALID,
                            "artifact",
                            "'" + Optional.ofNullable(artifact).orElse("") + "' are no coordinates of a module.",
                            "Name it by -Dartifact=groupId:artifactId:version, with the release behind it where there are several."));
        }
        String release = parts.length == 4 ? parts[3] : "";
        String before = release.isEmpty() ? "" : release + "-";
        RebuildModule.run(
                new PublishedModule(
                        artifact.strip(),
                        file(parts, release, "ko"),
                        file(parts, before + "manifest", "json"),
                        file(parts, before + "sources", "tar.xz")),
                wantedKernel(),
                Optional.ofNullable(outputDirectory)
                        .map(File::toPath)
                        .orElseGet(() -> Path.of(""))
                        .toAbsolutePath(),
                context());
    }

    private Path file(String[] parts, String classifier, String extension) {
        return artifactFiles()
                .resolve(
                        new DefaultArtifact(parts[0], parts[1], classifier, extension, parts[2]),
                        ProblemCode.PUBLISHED_MODULE_NOT_FOUND);
    }
}
