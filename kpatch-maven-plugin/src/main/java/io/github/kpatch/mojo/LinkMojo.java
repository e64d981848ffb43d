package io.github.kpatch.mojo;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.stages.LinkRequest;
import io.github.kpatch.stages.PackModules;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.inject.Inject;
import org.apache.maven.artifact.handler.manager.ArtifactHandlerManager;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.project.MavenProjectHelper;

/**
 * Links the module, finishes and checks it by the rules of the kernel's loader, and makes it the project's artifact. Of a
 * project with several kernels each module is an artifact with the kernel's release as its classifier, and the one without
 * a classifier is an archive of all of them, of type {@code tar.xz}, in which each lies in a folder of that name.
 */
@Mojo(name = "link", defaultPhase = LifecyclePhase.PACKAGE, threadSafe = true)
public final class LinkMojo extends AbstractStageMojo {
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

    @Parameter(defaultValue = "${project.build.finalName}", readonly = true, required = true)
    private String finalName;

    @Inject
    private MavenProjectHelper helper;

    @Inject
    private ArtifactHandlerManager handlers;

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
        LinkRequest request = request(kernel.own(outputDirectory.toPath()));
        if (isForSeveralKernels()) {
            kernel.goals().link(request);
            return;
        }
        checkArtifact(request.file());
        project().getArtifact().setFile(kernel.goals().link(request).toFile());
    }

    @Override
    void finish(List<String> releases) {
        Path archive = outputDirectory.toPath().resolve(finalName + "." + PackModules.EXTENSION);
        checkArtifact(archive);
        SortedMap<String, Path> modules = new TreeMap<>();
        releases.forEach(release -> modules.put(
                release, request(outputDirectory.toPath().resolve(release)).file()));
        PackModules.run(modules, archive);
        // The packaging says that its artifact is one module, and of a module somebody would think that it is for any
        // kernel.
        project().getArtifact().setArtifactHandler(handlers.getArtifactHandler(PackModules.EXTENSION));
        project().getArtifact().setFile(archive.toFile());
        modules.forEach((release, module) -> helper.attachArtifact(project(), "ko", release, module.toFile()));
        console().info("Packed the modules of " + modules.size() + " kernels: " + archive);
    }

    private LinkRequest request(Path folder) {
        String name = Optional.ofNullable(moduleName)
                .orElseGet(() -> LinkRequest.defaultName(project().getArtifactId()));
        return new LinkRequest(
                name,
                text(moduleVersion),
                text(moduleDescription),
                text(moduleAuthor),
                replace,
                LinkRequest.cves(Optional.ofNullable(cves).orElse(List.of())),
                folder,
                OutputTimestamp.of(outputTimestamp, System.getenv("SOURCE_DATE_EPOCH")),
                signature());
    }

    private void checkArtifact(Path file) {
        File artifact = project().getArtifact().getFile();
        if (artifact != null && !artifact.equals(file.toFile())) {
            throw ProblemException.input(
                    ProblemCode.ARTIFACT_ALREADY_SET,
                    artifact.toString(),
                    "This is the project's main artifact already.");
        }
    }

    private static String text(String value) {
        return Optional.ofNullable(value).orElse("");
    }
}
