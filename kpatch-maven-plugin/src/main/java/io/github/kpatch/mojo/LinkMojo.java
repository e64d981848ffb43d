package io.github.kpatch.mojo;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.stages.LinkRequest;
import java.io.File;
import java.util.List;
import java.util.Optional;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/** Links the module, finishes and checks it by the rules of the kernel's loader, and makes it the project's artifact. */
@Mojo(name = "link", defaultPhase = LifecyclePhase.PACKAGE, threadSafe = true)
public final class LinkMojo extends AbstractProjectMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.link.skip", defaultValue = "false")
    private boolean skipGoal;

    /**
     * The module's name, which is also its file's, at most 55 letters, digits, {@code _} and {@code -}. By default
     * {@code kpatch-} and the artifactId, or the artifactId alone where it begins with {@code kpatch-} or {@code
     * livepatch-}.
     */
    @Parameter(property = "kpatch.moduleName")
    private String moduleName;

    /** The module's version, as modinfo shows it. */
    @Parameter(property = "kpatch.moduleVersion", defaultValue = "${project.version}")
    private String moduleVersion;

    /** What the module is for, as modinfo shows it. */
    @Parameter(property = "kpatch.moduleDescription", defaultValue = "${project.description}")
    private String moduleDescription;

    /** Who made the module, as modinfo shows it; by default the project's organization. */
    @Parameter(property = "kpatch.moduleAuthor", defaultValue = "${project.organization.name}")
    private String moduleAuthor;

    /** Whether the module takes the place of all live patches that were loaded before. */
    @Parameter(property = "kpatch.replace", defaultValue = "true")
    private boolean replace;

    /**
     * The vulnerabilities that the patches mend, as {@code CVE-YYYY-NNNN}, besides those that stand above the patches' first
     * difference.
     */
    @Parameter(property = "kpatch.cves")
    private List<String> cves;

    /** Folder for the finished module. */
    @Parameter(defaultValue = "${project.build.directory}", readonly = true, required = true)
    private File outputDirectory;

    /** What tools are told instead of the time of the build; {@code SOURCE_DATE_EPOCH} where the project names none. */
    @Parameter(defaultValue = "${project.build.outputTimestamp}")
    private String outputTimestamp;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    void run() {
        File artifact = project().getArtifact().getFile();
        String name = Optional.ofNullable(moduleName)
                .orElseGet(() -> LinkRequest.defaultName(project().getArtifactId()));
        LinkRequest request = new LinkRequest(
                name,
                text(moduleVersion),
                text(moduleDescription),
                text(moduleAuthor),
                replace,
                LinkRequest.cves(Optional.ofNullable(cves).orElse(List.of())),
                outputDirectory.toPath(),
                OutputTimestamp.of(outputTimestamp, System.getenv("SOURCE_DATE_EPOCH")));
        if (artifact != null && !artifact.equals(request.file().toFile())) {
            throw ProblemException.input(
                    ProblemCode.ARTIFACT_ALREADY_SET,
                    artifact.toString(),
                    "This is the project's main artifact already.");
        }
        project().getArtifact().setFile(goals().link(request).toFile());
    }

    private static String text(String value) {
        return Optional.ofNullable(value).orElse("");
    }
}
