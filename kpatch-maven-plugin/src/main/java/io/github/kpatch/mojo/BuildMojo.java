package io.github.kpatch.mojo;

import io.github.kpatch.stages.BuildAlone;
import io.github.kpatch.stages.DiffObjects;
import io.github.kpatch.stages.GivenPatches;
import io.github.kpatch.stages.LinkRequest;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Makes a module of patches without a project, in any folder: all that a build of a patch project does up to the module,
 * which is then in the current folder, and nothing else.
 */
@Mojo(name = "build", requiresProject = false, threadSafe = true)
public final class BuildMojo extends AbstractProjectMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.build.skip", defaultValue = "false")
    private boolean skipGoal;

    /** The patches: a file, several with commas between them in the order they apply, or a folder. */
    @Parameter(property = "kpatch.patches")
    private String patches;

    /** How many lines of context a hunk may lack; every such hunk is warned of. */
    @Parameter(property = "kpatch.maxFuzz", defaultValue = "2")
    private int maxFuzz;

    /** Whether to tell for each element of the patch why it is there. */
    @Parameter(property = "kpatch.explain", defaultValue = "false")
    private boolean explain;

    /**
     * The module's name, which is also its file's, at most 55 letters, digits, {@code _} and {@code -}. By default
     * {@code kpatch-} and the name of the patch or the folder, {@code kpatch-patch} for several patches.
     */
    @Parameter(property = "kpatch.moduleName")
    private String moduleName;

    /** The module's version, as modinfo shows it. */
    @Parameter(property = "kpatch.moduleVersion")
    private String moduleVersion;

    /** What the module is for, as modinfo shows it. */
    @Parameter(property = "kpatch.moduleDescription")
    private String moduleDescription;

    /** Who made the module, as modinfo shows it. */
    @Parameter(property = "kpatch.moduleAuthor")
    private String moduleAuthor;

    /** Whether the module takes the place of all live patches that were loaded before. */
    @Parameter(property = "kpatch.replace", defaultValue = "true")
    private boolean replace;

    /** Folder for the finished module; the current one by default. */
    @Parameter(property = "kpatch.outputDirectory")
    private File outputDirectory;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    Path defaultWorkDirectory() {
        return BuildAlone.workspace(cache(), folder().resolve(name()));
    }

    @Override
    void run() {
        boolean keep = givenWorkDirectory().isPresent();
        BuildAlone.run(
                wantedKernel(),
                given(),
                maxFuzz,
                new DiffObjects.Detail(explain, getLog().isDebugEnabled(), keep),
                module(),
                keep,
                context());
    }

    private GivenPatches given() {
        return new GivenPatches(Optional.ofNullable(patches));
    }

    private LinkRequest module() {
        return new LinkRequest(
                name(),
                Optional.ofNullable(moduleVersion).orElse(""),
                Optional.ofNullable(moduleDescription).orElse(""),
                Optional.ofNullable(moduleAuthor).orElse(""),
                replace,
                LinkRequest.cves(List.of()),
                folder(),
                OutputTimestamp.of(null, System.getenv("SOURCE_DATE_EPOCH")),
                signature());
    }

    private String name() {
        return Optional.ofNullable(moduleName).orElseGet(() -> given().moduleName());
    }

    private Path folder() {
        return Optional.ofNullable(outputDirectory)
                .map(File::toPath)
                .orElseGet(() -> Path.of(""))
                .toAbsolutePath();
    }
}
