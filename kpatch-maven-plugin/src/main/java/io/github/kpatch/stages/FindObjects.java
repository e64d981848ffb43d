package io.github.kpatch.stages;

import io.github.kpatch.host.Folders;
import io.github.kpatch.kbuild.AskKbuild;
import io.github.kpatch.kbuild.BuildPlace;
import io.github.kpatch.kbuild.CheckBuilt;
import io.github.kpatch.kbuild.CheckContents;
import io.github.kpatch.kbuild.CompiledSources;
import io.github.kpatch.kbuild.Includes;
import io.github.kpatch.kbuild.Kbuild;
import io.github.kpatch.kbuild.KernelContents;
import io.github.kpatch.kbuild.Listing;
import io.github.kpatch.kbuild.ObjectReach;
import io.github.kpatch.kbuild.OriginalObjects;
import io.github.kpatch.kbuild.PreparedFiles;
import io.github.kpatch.kbuild.PrivateView;
import io.github.kpatch.kbuild.TreeNotes;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.LaidOver;
import io.github.kpatch.source.PreparedKernel;
import io.github.kpatch.source.TargetFacts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Finds the objects of the target kernel that patched files are compiled into, without building anything. What becomes of
 * a C file its folder's Makefile says; for a header, all of the tree must be known: what kbuild makes of it, and who
 * includes whom. That is found out once for a tree and kept in the cache.
 */
final class FindObjects {
    private final PreparedKernel kernel;
    private final PatchedSources sources;
    private final DebugFacts debug;
    private final BuildContext context;
    private final BuildPlace place;
    private final OriginalObjects originals;
    private final Path log;
    private final Map<String, Optional<Listing>> listings = new HashMap<>();

    /**
     * @param originals what was built before and by which compiler's word which files went into it
     */
    FindObjects(
            PreparedKernel kernel,
            PatchedSources sources,
            DebugFacts debug,
            BuildContext context,
            BuildPlace place,
            OriginalObjects originals) {
        this.kernel = kernel;
        this.sources = sources;
        this.debug = debug;
        this.context = context;
        this.place = place;
        this.originals = originals;
        this.log = Stage.BUILD_OBJECTS.log(context.workspace());
    }

    /**
     * The objects, as kbuild names them, sorted. Changed files that the target does not build are passed over with a
     * warning.
     *
     * @throws ProblemException KP403 when the target builds none of the changed files
     */
    List<String> find() {
        if (kernel.laidOver().isPresent()) {
            return ofModules(kernel.laidOver().get());
        }
        return onlyC() ? ofC() : ofHeaders();
    }

    /** The objects once more, when the originals are built and the compiler's word on what it read is there. */
    List<String> narrowed(List<String> found) {
        if (!asksWholeTree()) {
            return found;
        }
        ObjectReach reach = reach();
        return reach.objects().equals(found) ? found : tell(reach).objects();
    }

    private boolean onlyC() {
        return sources.paths().stream().allMatch(path -> path.endsWith(".c"));
    }

    /** What was made from source before any object, as far as a changed header can shape it. */
    PreparedFiles preparedFiles() {
        return asksWholeTree() ? notes().preparedFiles(kernel.tree()) : PreparedFiles.NONE;
    }

    private boolean asksWholeTree() {
        return kernel.laidOver().isEmpty() && !onlyC();
    }

    private TreeNotes notes() {
        return new TreeNotes(context.cache().notes(kernel.digest()), context.progress());
    }

    /**
     * Out-of-tree modules are few objects, and all that kbuild makes of their folder is known at once. What is no object's
     * own source may be included by any of them.
     */
    private List<String> ofModules(LaidOver modules) {
        KernelContents contents = answers(ask -> notes().contents(ask, modules.folder()));
        SortedSet<String> objects = new TreeSet<>();
        for (String path : sources.paths()) {
            List<String> own = path.endsWith(".c") ? contents.compiledFrom(path) : List.of();
            objects.addAll(own.isEmpty() ? contents.parents().keySet() : own);
        }
        if (objects.isEmpty()) {
            throw ProblemException.input(new Problem(
                    ProblemCode.PARENT_MISMATCH,
                    modules.folder(),
                    "Its Makefile builds no module for this kernel.",
                    "Let outOfTree's source name the folder that the modules were built in, make's M."));
        }
        return List.copyOf(objects);
    }

    private List<String> ofC() {
        List<String> objects = new ArrayList<>();
        List<Problem> unbuilt = new ArrayList<>();
        for (String object : CompiledSources.objectsOf(
                kernel.tree(),
                sources.paths(),
                this::makefilesElsewhere,
                makefile -> listed(makefile).map(Listing::objects).orElse(List.of()))) {
            // What is in the cache was built and found in the target.
            Optional<Problem> problem = originals.find(object).isPresent() ? Optional.empty() : whyNotBuilt(object);
            problem.ifPresentOrElse(unbuilt::add, () -> objects.add(object));
        }
        passOver(unbuilt, objects);
        return objects;
    }

    private List<String> ofHeaders() {
        ObjectReach reach = reach();
        passOver(reach.unbuilt().stream().map(this::unbuilt).toList(), reach.objects());
        return tell(reach).objects();
    }

    private Problem unbuilt(String file) {
        Optional<Problem> withOption =
                file.endsWith(".c") ? whyNotBuilt(CompiledSources.objectOf(file)) : Optional.empty();
        return withOption.orElseGet(() -> Problem.of(
                ProblemCode.PARENT_MISMATCH, file, "No object of the target's configuration is made of this file."));
    }

    private Optional<Problem> whyNotBuilt(String object) {
        return new CheckBuilt(kernel.tree(), this::listed).of(object);
    }

    private void passOver(List<Problem> unbuilt, List<String> objects) {
        if (objects.isEmpty() && !unbuilt.isEmpty()) {
            throw ProblemException.findings(unbuilt);
        }
        unbuilt.forEach(problem -> context.console()
                .warn(Problem.of(
                                ProblemCode.FILE_NOT_BUILT,
                                problem.where(),
                                problem.what() + " Its change is passed over.")
                        .toString()));
    }

    private ObjectReach reach() {
        Includes includes = notes().includes(kernel.tree());
        return ObjectReach.of(sources.paths(), contents(), includes, originals);
    }

    private ObjectReach tell(ObjectReach reach) {
        context.console().info(reach.story());
        return reach;
    }

    private KernelContents contents() {
        KernelContents contents = answers(ask -> notes().contents(ask));
        List<Problem> shipped = CheckContents.of(contents, new TargetFacts(kernel.target()));
        List<Problem> problems = debug.deciding(shipped)
                .map(facts -> CheckContents.of(contents, facts))
                .orElse(shipped);
        if (!problems.isEmpty()) {
            throw ProblemException.inputs(problems);
        }
        return contents;
    }

    private KernelContents answers(Function<AskKbuild, KernelContents> question) {
        Path answers = place.path().resolve("answers");
        try {
            return asking(view -> question.apply(new AskKbuild(kbuild(), view, answers, log)));
        } finally {
            Folders.delete(answers);
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

    private Optional<Listing> listed(String makefileFolder) {
        return listings.computeIfAbsent(makefileFolder, folder -> asking(view -> kbuild().listed(view, folder)));
    }

    private <T> T asking(Function<PrivateView, T> question) {
        PrivateView view = PrivateView.of(
                kernel.tree(), place.path().resolve("asked"), kernel.target().symvers(), List.of());
        try {
            return question.apply(view);
        } finally {
            Folders.delete(view.root());
        }
    }

    private Kbuild kbuild() {
        return new Kbuild(kernel, context.runner(), context.jobs());
    }
}
