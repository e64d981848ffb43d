package io.github.kpatch.stages;

import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.KeptFile;
import io.github.kpatch.host.Progress;
import io.github.kpatch.kbuild.BuildPlace;
import io.github.kpatch.kbuild.CheckCompiler;
import io.github.kpatch.kbuild.CheckExports;
import io.github.kpatch.kbuild.CheckParent;
import io.github.kpatch.kbuild.CheckPreparedFiles;
import io.github.kpatch.kbuild.CheckUnwindData;
import io.github.kpatch.kbuild.CompiledSources;
import io.github.kpatch.kbuild.CompilerErrors;
import io.github.kpatch.kbuild.CompilerLauncher;
import io.github.kpatch.kbuild.Kbuild;
import io.github.kpatch.kbuild.KbuildRecord;
import io.github.kpatch.kbuild.OriginalObjects;
import io.github.kpatch.kbuild.PreparedFiles;
import io.github.kpatch.kbuild.PrivateView;
import io.github.kpatch.kbuild.UsedTexts;
import io.github.kpatch.kernel.KernelConfig;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The dual build: every object that the patched files are compiled into, once from the kernel's own source and once from
 * the patched one, by the same commands at the same relative paths, so that a difference between the two is the patch's
 * and nothing else's. Only these objects are built, for all else that a livepatch needs of a built kernel is shipped
 * with it. Originals come from the cache where an earlier build made them.
 */
public final class BuildObjects {
    /** So many that kbuild's start counts for little, and so few that a build that is killed loses little. */
    private static final int OBJECTS_A_CALL = 128;

    private final PreparedKernel kernel;
    private final PatchedSources sources;
    private final DebugFacts debug;
    private final BuildContext context;
    private final Path log;

    private BuildObjects(PreparedKernel kernel, PatchedSources sources, DebugFacts debug, BuildContext context) {
        this.kernel = kernel;
        this.sources = sources;
        this.debug = debug;
        this.context = context;
        this.log = Stage.BUILD_OBJECTS.log(context.workspace());
    }

    /**
     * Builds the objects of the patched sources.
     *
     * @param debug asked for what the kernel is made of where the shipped one does not say
     * @throws ProblemException KP402, KP403, KP417, KP504; KP102 when a launcher has another compiler compile
     */
    public static BuiltObjects run(
            PreparedKernel kernel, PatchedSources sources, DebugFacts debug, BuildContext context) {
        BuiltObjects built = context.steps()
                .run(new Step<>(
                        Stage.BUILD_OBJECTS,
                        Map.of(Stage.UNPACK, kernel, Stage.CHECK_PATCHES, sources),
                        List.of(),
                        BuiltObjects.class,
                        folder -> new BuildObjects(kernel, sources, debug, context).in(folder),
                        BuiltObjects::story));
        built.layouts()
                .forEach(type -> context.console().warn("The author accepts the changed layout of " + type + "."));
        return built;
    }

    private BuiltObjects in(Path folder) {
        try (BuildPlace place = BuildPlace.of(folder)) {
            OriginalObjects originals =
                    new OriginalObjects(context.cache().objects(kernel.digest()), context.console());
            FindObjects find = new FindObjects(kernel, sources, debug, context, place, originals);
            Reach found = find.find();
            found.story().forEach(context.console()::info);
            PreparedFiles prepared = find.preparedFiles();
            List<String> touched = new ArrayList<>(found.originals());
            touched.addAll(found.patched());
            touched.addAll(sources.places());
            touched.addAll(prepared.offsets(sources.touched()));
            PrivateView original = view(place, "original-source", touched);
            PrivateView patched = view(place, "patched-source", touched);
            addAuthorHeaders(patched);
            sources.put(patched, PatchedSource::corrected, context.workspace());
            refuse(CheckPreparedFiles.of(prepared, kbuild(), patched, kernel.tree(), sources.touched(), log));
            Reach affected = find.asksWholeTree()
                    ? new LeaveOutUnaffected(kernel, sources, context, new UsedTexts(kbuild(), originals, log))
                            .of(found, find.recompiled(), original, patched)
                    : found;
            refuseLayouts(affected, original, patched, originals, folder);
            int missing = makeOriginals(original, affected.originals(), originals);
            Reach reach = missing == 0 ? affected : find.narrowed(affected);
            List<BuiltObject> changed = new ArrayList<>(makePatched(patched, reach, originals, folder));
            List<String> layouts = CheckLayouts.inNeed(sources, changed)
                    ? new CheckLayouts(sources, context, kbuild().withTypes()).check(original, patched, changed, reach)
                    : List.of();
            Folders.delete(original.root());
            Folders.delete(patched.root());
            changed.addAll(new RemovedObjects(kernel, reach, context).judge(changed, originals, folder));
            List<String> same = new ArrayList<>(reach.patched());
            same.removeAll(changed.stream().map(BuiltObject::name).toList());
            return new BuiltObjects(changed, same, missing, layouts);
        }
    }

    /**
     * A type that may not change is seen in the objects of the patched C files themselves. Where most objects only know it,
     * thousands for a common header, they need not be compiled for that.
     */
    private void refuseLayouts(
            Reach reach, PrivateView original, PrivateView patched, OriginalObjects originals, Path folder) {
        List<String> own = reach.staying().stream()
                .filter(object -> sources.touched().contains(CompiledSources.sourceOf(object)))
                .toList();
        if (sources.types().isEmpty() || own.isEmpty() || reach.staying().size() < 2 * own.size()) {
            return;
        }
        makeOriginals(original, own, originals);
        List<BuiltObject> changed = makePatched(patched, Reach.of(own), originals, folder);
        new CheckLayouts(sources, context, kbuild().withTypes()).refuse(original, patched, changed, reach);
    }

    private PrivateView view(BuildPlace place, String name, List<String> touched) {
        return PrivateView.of(
                kernel.tree(), place.path().resolve(name), kernel.target().symvers(), touched);
    }

    private Kbuild kbuild() {
        Kbuild kbuild = new Kbuild(kernel, context.runner(), context.jobs());
        return context.launcher().map(kbuild::with).orElse(kbuild);
    }

    /**
     * Makes the originals that no earlier build left in the cache, and leaves each there as soon as it is made: a build
     * that is killed goes on where it was.
     *
     * @return how many had to be made
     */
    private int makeOriginals(PrivateView view, List<String> objects, OriginalObjects originals) {
        List<String> missing = objects.stream()
                .filter(object -> originals.find(object).isEmpty())
                .toList();
        try (Progress.Task task = context.progress().start("Compiling originals", missing.size(), "objects")) {
            for (List<String> some : parts(missing)) {
                make(view, some, task, ProblemException::inputs);
                some.forEach(object -> originals.take(view, object));
            }
        }
        return missing.size();
    }

    /**
     * What is compiled carries {@code #line} directives, so that code below a hunk keeps its line numbers. Where it does
     * not compile, the patched files themselves are compiled: their errors stand where people look for them.
     */
    private List<BuiltObject> makePatched(PrivateView view, Reach reach, OriginalObjects originals, Path folder) {
        Compared compared;
        try {
            compared = makeAndCompare(view, reach, originals, folder);
        } catch (ProblemException corrected) {
            sources.put(view, PatchedSource::patched, context.workspace());
            compared = makeAndCompare(view, reach, originals, folder);
            context.console().info("Compiled without correction of line numbers, which this patch does not bear.");
        }
        refuse(compared.findings());
        return compared.changed();
    }

    private static void refuse(List<Problem> findings) {
        if (!findings.isEmpty()) {
            throw ProblemException.findings(findings);
        }
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

    /**
     * What came of the patched objects.
     *
     * @param changed those that are not the same as their originals, byte for byte
     * @param findings what is wrong with any
     */
    private record Compared(List<BuiltObject> changed, List<Problem> findings) {}

    private Compared makeAndCompare(PrivateView view, Reach reach, OriginalObjects originals, Path folder) {
        List<String> objects = reach.patched();
        TargetFacts facts = new TargetFacts(kernel.target());
        Compared compared = new Compared(new ArrayList<>(), new ArrayList<>());
        try (Progress.Task task = context.progress().start("Compiling patched files", objects.size(), "objects")) {
            for (List<String> some : parts(objects)) {
                make(view, some, task, ProblemException::findings);
                for (String object : some) {
                    Optional<String> before = reach.originalOf(object);
                    if (before.isPresent()) {
                        compare(object, original(before.get(), originals), view, facts, folder, compared);
                    } else {
                        add(object, reach.added().get(object), view, folder, compared);
                    }
                }
            }
        }
        return compared;
    }

    static OriginalObjects.Original original(String object, OriginalObjects originals) {
        return originals
                .find(object)
                .orElseThrow(() -> new IllegalStateException("the original of " + object + " is gone"));
    }

    /** All of a new object is new: it is compared with one in which nothing is. */
    private void add(String object, KernelObject parent, PrivateView view, Path folder, Compared compared) {
        KbuildRecord record = OriginalObjects.recordIn(view, object);
        Path file = view.file(object);
        byte[] patched = Folders.doing(file, () -> Files.readAllBytes(file));
        List<Problem> findings = new ArrayList<>(CheckUnwindData.of(object, file, config()));
        if (record.assembly()) {
            findings.add(Problem.of(
                    ProblemCode.PATCH_TARGET_UNSUPPORTED,
                    object,
                    "The patch makes it part of " + parent + ", and it is written in assembly."));
        } else if (!record.parent().equals(parent.name())) {
            findings.add(Problem.of(
                    ProblemCode.PARENT_MISMATCH,
                    object,
                    "kbuild makes it part of " + parent + " and compiles it for " + record.parent() + "."));
        }
        compared.findings().addAll(findings);
        if (findings.isEmpty()) {
            compared.changed()
                    .add(new BuiltObject(
                            object,
                            parent,
                            keep(RemovedObjects.withoutContent(object, patched), folder.resolve("original"), object),
                            keep(patched, folder.resolve("patched"), object)));
        }
    }

    private void compare(
            String object,
            OriginalObjects.Original original,
            PrivateView view,
            TargetFacts facts,
            Path folder,
            Compared compared) {
        KbuildRecord record = OriginalObjects.recordIn(view, object);
        compared.findings().addAll(CheckExports.of(object, original.record(), record, facts.symvers()));
        Path file = view.file(object);
        byte[] patched = Folders.doing(file, () -> Files.readAllBytes(file));
        if (Arrays.equals(patched, original.content().toArray())) {
            return;
        }
        if (record.assembly()) {
            compared.findings()
                    .add(
                            Problem.of(
                                    ProblemCode.PATCH_TARGET_UNSUPPORTED,
                                    object,
                                    "The patch changes this object, which is written in assembly and has no ftrace call site."));
            return;
        }
        List<Problem> findings = new ArrayList<>(CheckUnwindData.of(object, file, config()));
        findings.addAll(CheckParent.of(object, original.content().toArray(), original.record(), facts));
        compared.findings().addAll(findings);
        if (findings.isEmpty()) {
            compared.changed()
                    .add(new BuiltObject(
                            object,
                            KernelObject.named(original.record().parent()),
                            keep(original.content().toArray(), folder.resolve("original"), object),
                            keep(patched, folder.resolve("patched"), object)));
        }
    }

    static List<List<String>> parts(List<String> objects) {
        List<List<String>> parts = new ArrayList<>();
        for (int from = 0; from < objects.size(); from += OBJECTS_A_CALL) {
            parts.add(objects.subList(from, Math.min(objects.size(), from + OBJECTS_A_CALL)));
        }
        return parts;
    }

    private KernelConfig config() {
        Path file = kernel.target().config();
        return KernelConfig.parse(file.toString(), Folders.doing(file, () -> Files.readAllBytes(file)));
    }

    private void make(
            PrivateView view,
            List<String> objects,
            Progress.Task task,
            Function<List<Problem>, ProblemException> failure) {
        CompilerErrors errors = new CompilerErrors();
        CommandResult result = kbuild().objects(view, objects, log, task, errors);
        if (!result.succeeded()) {
            throw failure.apply(errors.problems(result, ProblemCode.COMPILE_FAILED, log));
        }
        for (String object : objects) {
            if (!Files.isRegularFile(view.file(object))) {
                throw new IllegalStateException("make succeeded and left no " + object);
            }
        }
        context.launcher().ifPresent(launcher -> checkCompiler(view, objects, launcher));
    }

    private void checkCompiler(PrivateView view, List<String> objects, CompilerLauncher launcher) {
        List<Problem> problems = objects.stream()
                .flatMap(object ->
                        CheckCompiler.of(
                                object, view.file(object), kernel.toolchain().compiler(), launcher)
                                .stream())
                .toList();
        if (!problems.isEmpty()) {
            throw ProblemException.inputs(problems);
        }
    }

    /** A copy in the stage's own folder: what later stages and people look at must outlive the cache and the view. */
    private KeptFile keep(byte[] content, Path folder, String object) {
        Path kept = folder.resolve(object).normalize();
        Folders.write(kept, content);
        return context.workspace().keep(kept);
    }
}
