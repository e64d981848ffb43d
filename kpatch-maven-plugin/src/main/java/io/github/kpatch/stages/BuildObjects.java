package io.github.kpatch.stages;

import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.KeptFile;
import io.github.kpatch.host.Progress;
import io.github.kpatch.kbuild.BuildPlace;
import io.github.kpatch.kbuild.CheckBuilt;
import io.github.kpatch.kbuild.CheckExports;
import io.github.kpatch.kbuild.CheckParent;
import io.github.kpatch.kbuild.CompiledSources;
import io.github.kpatch.kbuild.CompilerErrors;
import io.github.kpatch.kbuild.Kbuild;
import io.github.kpatch.kbuild.KbuildRecord;
import io.github.kpatch.kbuild.Listing;
import io.github.kpatch.kbuild.OriginalObjects;
import io.github.kpatch.kbuild.PrivateView;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.livepatch.AuthorHeaders;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import io.github.kpatch.source.TargetFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The dual build: every object that the patched files are compiled into, once from the kernel's own source and once from
 * the patched one, by the same commands at the same relative paths, so that a difference between the two is the patch's
 * and nothing else's. Only these objects are built, for all else that a livepatch needs of a built kernel is shipped
 * with it. Originals come from the cache where an earlier build made them.
 */
public final class BuildObjects {
    private final PreparedKernel kernel;
    private final PatchedSources sources;
    private final BuildContext context;
    private final Path log;

    /** What kbuild said of folders' Makefiles. */
    private final Map<String, Optional<Listing>> listings = new HashMap<>();

    private BuildObjects(PreparedKernel kernel, PatchedSources sources, BuildContext context) {
        this.kernel = kernel;
        this.sources = sources;
        this.context = context;
        this.log = Stage.BUILD_OBJECTS.log(context.workspace());
    }

    /**
     * Builds the objects of the patched sources.
     *
     * @throws ProblemException KP402, KP403, KP417, KP504
     */
    public static BuiltObjects run(PreparedKernel kernel, PatchedSources sources, BuildContext context) {
        return context.steps()
                .run(new Step<>(
                        Stage.BUILD_OBJECTS,
                        Map.of(Stage.UNPACK, kernel, Stage.CHECK_PATCHES, sources),
                        List.of(),
                        BuiltObjects.class,
                        folder -> new BuildObjects(kernel, sources, context).in(folder),
                        BuiltObjects::story));
    }

    /** An original that the stage keeps, and kbuild's record of it. */
    private record Kept(KeptFile file, KbuildRecord record) {}

    private BuiltObjects in(Path folder) {
        try (BuildPlace place = BuildPlace.of(folder)) {
            List<String> objects = CompiledSources.objectsOf(
                    kernel.tree(),
                    sources.paths(),
                    this::makefilesElsewhere,
                    makefile -> listed(place, makefile).map(Listing::objects).orElse(List.of()));
            List<String> touched = new ArrayList<>(objects);
            touched.addAll(sources.paths());
            PrivateView view = PrivateView.of(
                    kernel.tree(), place.path().resolve("view"), kernel.target().symvers(), touched);
            Map<String, Kept> originals = new TreeMap<>();
            int missing = keepOriginals(place, view, objects, folder.resolve("original"), originals);
            makePatched(view, objects);
            List<BuiltObject> built = collect(folder.resolve("patched"), view, originals, objects);
            Folders.delete(view.root());
            return new BuiltObjects(built, missing);
        }
    }

    /**
     * Keeps the originals of objects.
     *
     * @param kept receives them
     * @return how many had to be built
     */
    private int keepOriginals(
            BuildPlace place, PrivateView view, List<String> objects, Path folder, Map<String, Kept> kept) {
        OriginalObjects originals = new OriginalObjects(context.cache().objects(kernel.digest()), context.console());
        List<String> missing = new ArrayList<>();
        for (String object : objects) {
            originals
                    .find(object)
                    .ifPresentOrElse(
                            original -> kept.put(object, keep(original, folder, object)), () -> missing.add(object));
        }
        checkBuilt(place, missing);
        if (!missing.isEmpty()) {
            make(view, missing, "Compiling originals", ProblemException::inputs);
            missing.forEach(object -> kept.put(object, keep(originals.take(view, object), folder, object)));
        }
        return missing.size();
    }

    private Kept keep(OriginalObjects.Original original, Path folder, String object) {
        return new Kept(keep(original.content().toArray(), folder, object), original.record());
    }

    /** Refuses, all together, what the target does not build: what is in the cache has been built and found there. */
    private void checkBuilt(BuildPlace place, List<String> objects) {
        CheckBuilt check = new CheckBuilt(kernel.tree(), folder -> listed(place, folder));
        List<Problem> problems =
                objects.stream().flatMap(object -> check.of(object).stream()).toList();
        if (!problems.isEmpty()) {
            throw ProblemException.findings(problems);
        }
    }

    private List<String> makefilesElsewhere() {
        String folders = context.cache()
                .memo()
                .recall(
                        "makefiles with objects elsewhere, tree " + kernel.digest(),
                        List.of(),
                        () -> String.join("\n", CompiledSources.makefilesElsewhere(kernel.tree())));
        return folders.lines().toList();
    }

    private Optional<Listing> listed(BuildPlace place, String makefileFolder) {
        return listings.computeIfAbsent(makefileFolder, folder -> ask(place, folder));
    }

    private Optional<Listing> ask(BuildPlace place, String makefileFolder) {
        PrivateView view = PrivateView.of(
                kernel.tree(), place.path().resolve("asked"), kernel.target().symvers(), List.of());
        try {
            return new Kbuild(kernel, context.runner(), context.jobs()).listed(view, makefileFolder);
        } finally {
            Folders.delete(view.root());
        }
    }

    /**
     * What is compiled carries {@code #line} directives, so that code below a hunk keeps its line numbers. Where it does
     * not compile, the patched files themselves are compiled: their errors stand where people look for them.
     */
    private void makePatched(PrivateView view, List<String> objects) {
        addAuthorHeaders(view);
        replace(view, PatchedSource::corrected);
        try {
            make(view, objects, "Compiling patched files", ProblemException::findings);
        } catch (ProblemException corrected) {
            replace(view, PatchedSource::patched);
            make(view, objects, "Compiling patched files", ProblemException::findings);
            context.console().info("Compiled without correction of line numbers, which this patch does not bear.");
        }
    }

    private void replace(PrivateView view, Function<PatchedSource, KeptFile> form) {
        sources.files()
                .forEach(file -> view.replace(file.path(), context.workspace().read(form.apply(file))));
    }

    /** Patches include these by quotes, which looks into the folder of the source file first. */
    private void addAuthorHeaders(PrivateView view) {
        for (AuthorHeaders.Header header : AuthorHeaders.all()) {
            sources.paths().stream()
                    .map(file -> Path.of(file).resolveSibling(header.name()).toString())
                    .distinct()
                    .forEach(place -> view.add(place, header.content()));
        }
    }

    private List<BuiltObject> collect(
            Path folder, PrivateView view, Map<String, Kept> originals, List<String> objects) {
        TargetFacts facts = new TargetFacts(kernel.target());
        List<BuiltObject> built = new ArrayList<>();
        List<Problem> findings = new ArrayList<>();
        for (String object : objects) {
            KbuildRecord original = originals.get(object).record();
            KbuildRecord patched = OriginalObjects.recordIn(view, object);
            Path file = view.file(object);
            findings.addAll(CheckParent.of(object, file, original, facts));
            findings.addAll(CheckExports.of(object, original, patched, facts.symvers()));
            built.add(new BuiltObject(
                    object,
                    KernelObject.named(original.parent()),
                    originals.get(object).file(),
                    keep(Folders.doing(file, () -> Files.readAllBytes(file)), folder, object)));
        }
        if (!findings.isEmpty()) {
            throw ProblemException.findings(findings);
        }
        return built;
    }

    private void make(
            PrivateView view, List<String> objects, String title, Function<List<Problem>, ProblemException> failure) {
        CompilerErrors errors = new CompilerErrors();
        CommandResult result;
        try (Progress.Task task = context.progress().start(title, objects.size(), "objects")) {
            result = new Kbuild(kernel, context.runner(), context.jobs()).objects(view, objects, log, task, errors);
        }
        if (!result.succeeded()) {
            throw failure.apply(errors.problems(result, ProblemCode.COMPILE_FAILED, log));
        }
        for (String object : objects) {
            if (!Files.isRegularFile(view.file(object))) {
                throw new IllegalStateException("make succeeded and left no " + object);
            }
        }
    }

    /** A copy in the stage's own folder: what later stages and people look at must outlive the cache and the view. */
    private KeptFile keep(byte[] content, Path folder, String object) {
        Path kept = folder.resolve(object).normalize();
        Folders.write(kept, content);
        return context.workspace().keep(kept);
    }
}
