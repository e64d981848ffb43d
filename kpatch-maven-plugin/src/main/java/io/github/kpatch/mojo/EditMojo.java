package io.github.kpatch.mojo;

import java.io.File;
import java.util.Optional;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Makes a working copy of source files of the kernel, as they are after the project's patches, under git where there is
 * one. What is changed there becomes a patch by goal {@code capture}. Called again, it takes more files in.
 */
@Mojo(name = "edit", threadSafe = true)
public final class EditMojo extends AbstractProjectMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.edit.skip", defaultValue = "false")
    private boolean skipGoal;

    /** The files, by their paths in the kernel's tree, with commas between them; a folder stands for all below it. */
    @Parameter(property = "kpatch.files")
    private String files;

    /** Folder of the patches, which are applied first. */
    @Parameter(property = "kpatch.patches", defaultValue = SOURCES + "/patches")
    private File patches;

    /** How many lines of context a hunk may lack; every such hunk is warned of. */
    @Parameter(property = "kpatch.maxFuzz", defaultValue = "2")
    private int maxFuzz;

    /** The working copy, which no {@code clean} deletes. */
    @Parameter(property = "kpatch.editDirectory", defaultValue = "${project.basedir}/edit")
    private File editDirectory;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    void run() {
        ProjectKernel kernel = oneKernel();
        kernel.goals()
                .edit(
                        kernel.wanted(),
                        kernel.config(),
                        kernel.patches(patches, maxFuzz),
                        Optional.ofNullable(files).orElse(""),
                        editDirectory.toPath());
    }
}
