package io.github.kpatch.mojo;

import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.stages.KernelKitFiles;
import io.github.kpatch.stages.WantedKit;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.installation.InstallRequest;
import org.eclipse.aether.installation.InstallationException;

/** Kernel kits as artifacts of Maven repositories. */
final class KitArtifacts {
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_.+~-]+");

    @SuppressWarnings(
            "StringConcatToTextBlock") // What makes the plugin's descriptor reads this package, and knows none.
    private static final String POM = String.join(
            "\n",
            "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">",
            "  <modelVersion>4.0.0</modelVersion>",
            "  <groupId>%s</groupId>",
            "  <artifactId>%s</artifactId>",
            "  <version>%s</version>",
            "  <packaging>kernel-kit</packaging>",
            "</project>",
            "");

    private final ArtifactFiles files;

    KitArtifacts(ArtifactFiles files) {
        this.files = files;
    }

    /**
     * The kit of those coordinates, of which nothing is resolved before it is asked for.
     *
     * @throws ProblemException KP106 when they are none
     */
    WantedKit kit(String coordinates) {
        String[] parts = parts("kpatch.kit", coordinates);
        return new WantedKit(
                String.join(":", parts),
                (classifier, extension) -> files.resolve(
                        new DefaultArtifact(parts[0], parts[1], classifier, extension, parts[2]),
                        ProblemCode.KIT_NOT_FOUND));
    }

    /**
     * Refuses what a kit cannot be installed as, before it is made.
     *
     * @throws ProblemException KP106
     */
    static void check(String coordinates) {
        parts("kpatch.installAs", coordinates);
    }

    /**
     * Installs a kit that was made without a project, with a POM that says no more than what it is.
     *
     * @param coordinates what to install it as
     * @throws ProblemException KP106 when they are none, KP105 when the local repository cannot be written
     */
    void install(String coordinates, KernelKitFiles kit) {
        String[] parts = parts("kpatch.installAs", coordinates);
        Path pom = Folders.sibling(kit.kit());
        Folders.write(pom, POM.formatted((Object[]) parts));
        try {
            InstallRequest request = new InstallRequest();
            request.addArtifact(artifact(parts, "", "pom", pom));
            request.addArtifact(artifact(parts, "", "kernel-kit", kit.kit()));
            kit.attached()
                    .forEach(
                            one -> request.addArtifact(artifact(parts, one.classifier(), one.extension(), one.file())));
            files.system().install(files.session(), request);
        } catch (InstallationException e) {
            throw ProblemException.input(
                    Problem.of(
                            ProblemCode.WORK_FOLDER_UNUSABLE,
                            files.session().getLocalRepository().getBasedir().toString(),
                            e.getMessage()),
                    e);
        } finally {
            Folders.delete(pom);
        }
    }

    private static Artifact artifact(String[] parts, String classifier, String extension, Path file) {
        return new DefaultArtifact(parts[0], parts[1], classifier, extension, parts[2]).setFile(file.toFile());
    }

    private static String[] parts(String parameter, String coordinates) {
        String[] parts = coordinates.strip().split(":", -1);
        if (parts.length != 3
                || !List.of(parts).stream().allMatch(part -> PART.matcher(part).matches())) {
            throw ProblemException.input(new Problem(
                    ProblemCode.PARAMETER_INVALID,
                    parameter,
                    "'" + coordinates + "' are no coordinates of a kernel kit.",
                    "Name it by groupId:artifactId:version."));
        }
        return parts;
    }
}
