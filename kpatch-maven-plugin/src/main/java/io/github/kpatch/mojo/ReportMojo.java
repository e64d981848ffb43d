package io.github.kpatch.mojo;

import io.github.kpatch.stages.ReportRequest;
import java.io.File;
import javax.inject.Inject;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.project.MavenProjectHelper;

/**
 * Writes the papers that go along with the module, and makes them artifacts beside it: the manifest, which says in JSON what
 * the module is, what it was made from, what it changes, and what the boot test has shown; and
 * the sources, which go along with code under the GPL.
 */
@Mojo(name = "report", defaultPhase = LifecyclePhase.VERIFY, threadSafe = true)
public final class ReportMojo extends AbstractProjectMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.report.skip", defaultValue = "false")
    private boolean skipGoal;

    /** Folder of the boot test's scripts: a boot test counts that ran with those that are there now. */
    @Parameter(property = "kpatch.testScripts", defaultValue = "${project.basedir}/src/test/kpatch")
    private File testScripts;

    @Parameter(defaultValue = "${plugin.groupId}:${plugin.artifactId}", readonly = true, required = true)
    private String plugin;

    @Inject
    private MavenProjectHelper helper;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    void run() {
        ReportRequest request = new ReportRequest(
                project().getGroupId(),
                project().getArtifactId(),
                project().getVersion(),
                plugin + ":" + pluginVersion(),
                buildDirectory());
        goals().report(request, projectConfig(), testScripts.toPath())
                .forEach(paper -> helper.attachArtifact(
                        project(),
                        paper.extension(),
                        paper.classifier(),
                        paper.file().toFile()));
    }
}
