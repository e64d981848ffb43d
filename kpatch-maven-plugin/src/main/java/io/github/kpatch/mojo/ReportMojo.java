package io.github.kpatch.mojo;

import io.github.kpatch.stages.Paper;
import io.github.kpatch.stages.ReportRequest;
import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.inject.Inject;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.project.MavenProjectHelper;

/**
 * Writes the papers that go along with the module, and makes them artifacts beside it: the manifest, which says in JSON what
 * the module is, what it was made from, what it changes, and what the boot test has shown; the
 * sources, which go along with code under the GPL; a bill of materials, and what scanners are told of vulnerabilities; and where the module
 * comes from. Of a project with several kernels each module has its own, with the kernel's release before the classifier.
 */
@Mojo(name = "report", defaultPhase = LifecyclePhase.VERIFY, threadSafe = true)
public final class ReportMojo extends AbstractStageMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.report.skip", defaultValue = "false")
    private boolean skipGoal;

    /** Folder of the boot test's scripts: a boot test counts that ran with those that are there now. */
    @Parameter(property = "kpatch.testScripts", defaultValue = "${project.basedir}/src/test/kpatch")
    private File testScripts;

    /**
     * Vulnerabilities of the kernel that no live patch can mend, as {@code CVE-YYYY-NNNN}: scanners are told that they are
     * open, and that a reboot helps.
     */
    @Parameter(property = "kpatch.notLivepatchable")
    private List<String> notLivepatchable;

    /**
     * Package URL by which scanners know the kernel, such as {@code pkg:deb/debian/linux-image-6.1.0-56-amd64@6.1.192-2}; by
     * default {@code pkg:generic/linux@<release>?arch=<architecture>}.
     */
    @Parameter(property = "kpatch.kernelPurl")
    private String kernelPurl;

    /** Who answers for the papers; by default the project's organization, else its groupId. */
    @Parameter(property = "kpatch.moduleAuthor", defaultValue = "${project.organization.name}")
    private String moduleAuthor;

    /** The time in the papers; {@code SOURCE_DATE_EPOCH} where the project names none. */
    @Parameter(defaultValue = "${project.build.outputTimestamp}")
    private String outputTimestamp;

    @Parameter(defaultValue = "${plugin.groupId}:${plugin.artifactId}", readonly = true, required = true)
    private String plugin;

    @Inject
    private MavenProjectHelper helper;

    private final Map<String, List<Paper>> papers = new ConcurrentHashMap<>();

    @Override
    boolean isAboutTheModule() {
        return true;
    }

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    void run(ProjectKernel kernel) {
        ReportRequest request = new ReportRequest(
                new ReportRequest.Artifact(
                        project().getGroupId(),
                        project().getArtifactId(),
                        project().getVersion()),
                plugin + ":" + pluginVersion(),
                text(moduleAuthor).orElseGet(project()::getGroupId),
                Optional.ofNullable(notLivepatchable).orElse(List.of()),
                text(kernelPurl),
                OutputTimestamp.of(outputTimestamp, System.getenv("SOURCE_DATE_EPOCH")),
                kernel.own(buildDirectory()));
        List<Paper> written = kernel.goals().report(request, kernel.config(), kernel.scripts(testScripts));
        if (isForSeveralKernels()) {
            papers.put(kernel.release().orElseThrow(), written);
        } else {
            attach("", written);
        }
    }

    @Override
    void finish(List<String> releases) {
        releases.forEach(release -> attach(release + "-", papers.get(release)));
    }

    private void attach(String before, List<Paper> written) {
        written.forEach(paper -> helper.attachArtifact(
                project(),
                paper.extension(),
                before + paper.classifier(),
                paper.file().toFile()));
    }

    private static Optional<String> text(String value) {
        return Optional.ofNullable(value).map(String::strip).filter(text -> !text.isEmpty());
    }
}
