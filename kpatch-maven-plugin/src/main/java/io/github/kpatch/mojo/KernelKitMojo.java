package io.github.kpatch.mojo;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.stages.BuildAlone;
import io.github.kpatch.stages.KernelKitFiles;
import java.io.File;
import java.nio.file.Path;
import java.util.Optional;
import javax.inject.Inject;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.project.MavenProjectHelper;

/**
 * Makes a kernel kit: an artifact of a few megabytes that holds what a live patch needs of one kernel. A project that names
 * it in {@code kernel} as {@code kit} is built on machines that have nothing else of the kernel. Source, boot image and
 * modules become artifacts beside it. In a project of packaging {@code kernel-kit} it is the project's artifact; without a
 * project, its files are left in the current folder, and {@code installAs} installs them.
 */
@Mojo(name = "kernel-kit", requiresProject = false, threadSafe = true)
public final class KernelKitMojo extends AbstractProjectMojo {
    private static final String PACKAGING = "kernel-kit";

    /** Skips this goal. */
    @Parameter(property = "kpatch.kernel-kit.skip", defaultValue = "false")
    private boolean skipGoal;

    /**
     * What lies beside the kit as artifacts: {@code source}, {@code boot-image} and {@code modules}, with commas between
     * them, or {@code none}. Source and boot image that are left out are named in the kit by their SHA-256, for who has
     * them.
     */
    @Parameter(property = "kpatch.kitAttachments", defaultValue = "source,boot-image,modules")
    private String kitAttachments;

    /**
     * What a kit that is made without a project is installed as, {@code groupId:artifactId:version}; by default it is not
     * installed.
     */
    @Parameter(property = "kpatch.installAs")
    private String installAs;

    /** Folder for the kit; the project's own, or the current one where there is no project of packaging kernel-kit. */
    @Parameter(property = "kpatch.outputDirectory")
    private File outputDirectory;

    @Parameter(defaultValue = "${project.build.finalName}", readonly = true, required = true)
    private String finalName;

    @Inject
    private MavenProjectHelper helper;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    Path defaultWorkDirectory() {
        return isProject() ? super.defaultWorkDirectory() : BuildAlone.workspace(cache(), file());
    }

    private boolean isProject() {
        return project().getPackaging().equals(PACKAGING);
    }

    private Path file() {
        return Optional.ofNullable(outputDirectory)
                .map(File::toPath)
                .orElseGet(() -> isProject() ? buildDirectory() : Path.of(""))
                .toAbsolutePath()
                .resolve((isProject() ? finalName : "kernel") + "." + PACKAGING);
    }

    @Override
    void run() {
        File artifact = project().getArtifact().getFile();
        if (isProject() && artifact != null && !artifact.equals(file().toFile())) {
            throw ProblemException.input(
                    ProblemCode.ARTIFACT_ALREADY_SET,
                    artifact.toString(),
                    "This is the project's main artifact already.");
        }
        Optional.ofNullable(installAs).ifPresent(KitArtifacts::check);
        KernelKitFiles made = goals().kernelKit(wantedKernel(), file(), kitAttachments);
        if (isProject()) {
            project().getArtifact().setFile(made.kit().toFile());
            made.attached()
                    .forEach(one -> helper.attachArtifact(
                            project(),
                            one.extension(),
                            one.classifier(),
                            one.file().toFile()));
        } else if (installAs != null) {
            kitArtifacts().install(installAs, made);
            console().info("Installed as " + installAs);
        }
    }
}
