package io.github.kpatch.mojo;

import io.github.kpatch.stages.CaptureRequest;
import java.io.File;
import java.util.Optional;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Makes a patch of the project of what was changed in the working copy that goal {@code edit} made: the last of the
 * series, tried before it is written. Called again, it writes the same patch anew.
 */
@Mojo(name = "capture", threadSafe = true)
public final class CaptureMojo extends AbstractProjectMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.capture.skip", defaultValue = "false")
    private boolean skipGoal;

    /** What the patch does, in one line: its subject, and by default its file's name. */
    @Parameter(property = "kpatch.subject")
    private String subject;

    /** Who made the patch, {@code name <address>}; by default whom git takes the user for. */
    @Parameter(property = "kpatch.author")
    private String author;

    /** The patch's file name; by default a number above those that are there, and the words of the subject. */
    @Parameter(property = "kpatch.patchName")
    private String patchName;

    /** Folder of the patches. */
    @Parameter(property = "kpatch.patches", defaultValue = SOURCES + "/patches")
    private File patches;

    /** How many lines of context a hunk may lack; every such hunk is warned of. */
    @Parameter(property = "kpatch.maxFuzz", defaultValue = "2")
    private int maxFuzz;

    /** The working copy. */
    @Parameter(property = "kpatch.editDirectory", defaultValue = "${project.basedir}/edit")
    private File editDirectory;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    void run() {
        ProjectKernel kernel = oneKernel();
        CaptureRequest request = new CaptureRequest(
                kernel.patches(patches, maxFuzz),
                Optional.ofNullable(patchName),
                Optional.ofNullable(subject).filter(text -> !text.isBlank()),
                Optional.ofNullable(author));
        kernel.goals().capture(kernel.wanted(), kernel.config(), request, editDirectory.toPath());
    }
}
