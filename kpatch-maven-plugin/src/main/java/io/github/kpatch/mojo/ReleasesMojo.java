package io.github.kpatch.mojo;

import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Lists the kernel releases that a project can be made for: those of which the distribution has image, headers, debug
 * symbols and source in one version. The running one comes first, then installed ones. Needs no project.
 */
@Mojo(name = "releases", requiresProject = false, threadSafe = true)
public final class ReleasesMojo extends AbstractProjectMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.releases.skip", defaultValue = "false")
    private boolean skipGoal;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    void run() {
        goals().releases(session().isOffline());
    }
}
