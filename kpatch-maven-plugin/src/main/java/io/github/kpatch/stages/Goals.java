package io.github.kpatch.stages;

import io.github.kpatch.delivery.SourcesArchive;
import io.github.kpatch.patch.CheckPatches;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The stages as goals of the plugin do them, each by itself: what earlier stages found out is read from the records that
 * they left in the project's workspace. One goal at a time works there. {@link BuildModule} does them all in one go.
 */
public final class Goals {
    private final BuildContext context;

    public Goals(BuildContext context) {
        this.context = context;
    }

    /**
     * Goal {@code toolchain}; see {@link FindToolchain}.
     *
     * @param signature what modules are to be signed by: a key that cannot be had is told before anything is built
     */
    public void toolchain(WantedKernel kernel, ProjectConfig config, Optional<WantedSignature> signature) {
        signature.ifPresent(WantedSignature::read);
        FindToolchain.run(kernel, Optional.of(config), context);
    }

    /** Goal {@code config}: takes the target's config into the project. */
    public void config(WantedKernel kernel, ProjectConfig config) {
        context.alone(() -> config.write(
                context.kernels().locate(kernel.request(context.jobs())).prepared(), context.console()));
    }

    /**
     * Goal {@code releases}; see {@link ListReleases}.
     *
     * @param offline whether no package manager may be called
     */
    public void releases(boolean offline) {
        ListReleases.run(offline, context);
    }

    /**
     * Goal {@code kernel-kit}; see {@link MakeKernelKit}.
     *
     * @param file the kit's file
     * @param attachments classifiers of what is to lie beside it, with commas between them
     */
    public KernelKitFiles kernelKit(WantedKernel kernel, Path file, String attachments) {
        return MakeKernelKit.run(kernel, file, attachments, context);
    }

    /** Goal {@code unpack}; see {@link UnpackKernel}. */
    public void unpack(WantedKernel kernel, ProjectConfig config) {
        context.alone(() -> UnpackKernel.run(kernel, Optional.of(config), context));
    }

    /**
     * Goal {@code edit}; see {@link EditSources}.
     *
     * @param files what to take into the working copy, with commas between them
     * @param folder the working copy
     */
    public void edit(WantedKernel kernel, ProjectConfig config, ProjectPatches patches, String files, Path folder) {
        EditSources.check(files);
        context.alone(() -> {
            PreparedKernel prepared = UnpackKernel.run(kernel, Optional.of(config), context);
            Optional<PatchedSources> series =
                    CheckPatches.inputs(patches.selection()).isEmpty()
                            ? Optional.empty()
                            : Optional.of(CheckSeries.run(prepared, patches, context));
            new EditSources(prepared, new WorkingCopy(folder), context).take(files, series);
            return prepared;
        });
    }

    /**
     * Goal {@code capture}; see {@link CapturePatch}.
     *
     * @param folder the working copy
     */
    public void capture(WantedKernel kernel, ProjectConfig config, CaptureRequest request, Path folder) {
        context.alone(() -> {
            CapturePatch capture = new CapturePatch(request, new WorkingCopy(folder), context);
            capture.check();
            PreparedKernel prepared = UnpackKernel.run(kernel, Optional.of(config), context);
            capture.write(prepared);
            return prepared;
        });
    }

    /** Goal {@code check-patches}; see {@link CheckSeries}. */
    public void checkPatches(ProjectPatches patches) {
        context.alone(() -> CheckSeries.run(kernel(Stage.CHECK_PATCHES), patches, context));
    }

    /** Goal {@code special-sections} in a patch project; see {@link ReadStructSizes}. */
    public void specialSections() {
        context.alone(() -> ReadStructSizes.run(kernel(Stage.SPECIAL_SECTIONS), context));
    }

    /**
     * Goal {@code build-objects}; see {@link BuildObjects}.
     *
     * @param wanted asked for the kernel's debug package where nothing else decides
     */
    public void buildObjects(WantedKernel wanted) {
        context.alone(() -> BuildObjects.run(
                kernel(Stage.BUILD_OBJECTS), sources(Stage.BUILD_OBJECTS), DebugFacts.of(wanted, context), context));
    }

    /**
     * Goal {@code diff}; see {@link DiffObjects}.
     *
     * @param wanted asked for the kernel's debug package where nothing else decides
     */
    public void diff(WantedKernel wanted, DiffObjects.Detail detail) {
        context.alone(() -> {
            BuiltObjects objects = context.steps().need(Stage.BUILD_OBJECTS, BuiltObjects.class, Stage.DIFF);
            return DiffObjects.run(kernel(Stage.DIFF), objects, DebugFacts.of(wanted, context), detail, context);
        });
    }

    /**
     * Goal {@code link}; see {@link LinkModule}.
     *
     * @return the module's file
     */
    public Path link(LinkRequest request) {
        return context.alone(() -> {
            DiffedObjects changes = context.steps().need(Stage.DIFF, DiffedObjects.class, Stage.LINK);
            BuiltObjects built = context.steps().need(Stage.BUILD_OBJECTS, BuiltObjects.class, Stage.LINK);
            LinkedModule module =
                    LinkModule.run(kernel(Stage.LINK), sources(Stage.LINK), built, changes, request, context);
            return context.workspace().locate(module.file());
        });
    }

    /**
     * Goal {@code verify-module}; see {@link GivenModule}.
     *
     * @param file the module
     */
    public void verifyModule(Path file) {
        context.alone(() -> {
            // Whoever runs it too early is told to run what makes the module.
            Stage by = Stage.BOOT_TEST;
            LinkedModule linked = context.steps().need(Stage.LINK, LinkedModule.class, by);
            BuiltObjects built = context.steps().need(Stage.BUILD_OBJECTS, BuiltObjects.class, by);
            DiffedObjects changed = context.steps().need(Stage.DIFF, DiffedObjects.class, by);
            sources(by);
            new GivenModule(kernel(by), built, changed, linked, context).verify(file);
            return linked;
        });
    }

    /**
     * Goal {@code boot-test}; see {@link RunBootTest}.
     *
     * @param wanted asked for the kernel's modules where one of them is patched
     * @param request what the project wants of the test
     */
    public void bootTest(WantedKernel wanted, BootTestRequest request) {
        context.alone(() -> {
            LinkedModule module = context.steps().need(Stage.LINK, LinkedModule.class, Stage.BOOT_TEST);
            return RunBootTest.run(
                    kernel(Stage.BOOT_TEST),
                    module,
                    request,
                    () -> context.kernels()
                            .locate(wanted.request(context.jobs()))
                            .modules(),
                    context);
        });
    }

    /**
     * Goal {@code report}; see {@link WriteReport}.
     *
     * @param scripts the project's test scripts
     */
    public List<Paper> report(ReportRequest request, ProjectConfig config, TestScripts scripts) {
        return context.alone(() -> {
            LinkedModule module = context.steps().need(Stage.LINK, LinkedModule.class, Stage.REPORT);
            DiffedObjects changes = context.steps().need(Stage.DIFF, DiffedObjects.class, Stage.REPORT);
            PreparedKernel kernel = kernel(Stage.REPORT);
            PatchedSources sources = sources(Stage.REPORT);
            config.checkConfig(kernel.target());
            config.checkLock(kernel, context.console());
            Optional<RunBootTest.Outcome> boot = context.steps()
                    .found(Stage.BOOT_TEST, RunBootTest.Outcome.class, scripts.inputs(), Stage.REPORT)
                    .filter(RunBootTest.Outcome::ran);
            SourcesArchive archive =
                    new SourcesArchive(ProjectSources.of(sources, config, scripts, context.workspace()));
            return new WriteReport(kernel, sources, changes, module, boot, archive, request, context).run();
        });
    }

    /** What was made and how to put it in force, at the end of a build; see {@link ClosingWords}. */
    public void sayWhatWasMade() {
        context.alone(() -> {
            LinkedModule module = context.steps().need(Stage.LINK, LinkedModule.class, Stage.REPORT);
            ClosingWords.say(
                    module,
                    kernel(Stage.REPORT).target().release().value(),
                    context.workspace().locate(module.file()),
                    context.console());
            return module;
        });
    }

    private PreparedKernel kernel(Stage by) {
        PreparedKernel kernel = context.steps().need(Stage.UNPACK, PreparedKernel.class, by);
        if (!Files.isDirectory(kernel.tree())
                || !Files.isDirectory(kernel.target().symbolTables())) {
            throw outdated(Stage.UNPACK, "The cache does not hold the kernel any more that it prepared.", by);
        }
        return kernel;
    }

    private PatchedSources sources(Stage by) {
        PatchedSources sources = context.steps().need(Stage.CHECK_PATCHES, PatchedSources.class, by);
        if (!sources.areOfNow(context.workspace())) {
            throw outdated(Stage.CHECK_PATCHES, "The patches have changed since it checked them.", by);
        }
        return sources;
    }

    private static ProblemException outdated(Stage stage, String what, Stage by) {
        return ProblemException.input(new Problem(
                ProblemCode.STAGE_OUTDATED,
                "kpatch:" + stage.goal(),
                what,
                "Run mvn " + by.before().phase() + " first."));
    }
}
