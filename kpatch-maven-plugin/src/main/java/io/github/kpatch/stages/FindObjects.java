package io.github.kpatch.stages;

import io.github.kpatch.host.Folders;
import io.github.kpatch.kbuild.AskKbuild;
import io.github.kpatch.kbuild.BuildPlace;
import io.github.kpatch.kbuild.ChangedParts;
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
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.LaidOver;
import io.github.kpatch.source.PreparedKernel;
import io.github.kpatch.source.TargetFacts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

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
    private final Set<String> recompiled = new TreeSet<>();
    private Optional<WholeTree> wholeTree = Optional.empty();

    /** What is known of all the tree: what kbuild makes of it, which was held against the target, and who includes whom. */
    private record WholeTree(KernelContents contents, Includes includes) {}

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
    Reach find() {
        if (kernel.laidOver().isPresent()) {
            return Reach.of(ofModules(kernel.laidOver().get()));
        }
        ChangedParts parts = new FindParts(kernel, sources, context, place, log).find();
        List<String> objects = onlyC() ? ofC(parts) : ofHeaders(parts);
        return reach(parts, withRecompiled(objects, parts));
    }

    /** The objects once more, when the originals are built and the compiler's word on what it read is there. */
    Reach narrowed(Reach found) {
        if (!asksWholeTree()) {
            return found;
        }
        ObjectReach reach = reach();
        Set<String> reached = new HashSet<>(reach.objects());
        List<String> staying = found.staying().stream()
                .filter(object -> reached.contains(object) || recompiled.contains(object))
                .toList();
        if (!staying.equals(found.staying())) {
            tell(reach);
        }
        return found.with(staying);
    }

    /** An object that is renamed is compared with what it was. */
    private Reach reach(ChangedParts parts, List<String> staying) {
        SortedMap<String, KernelObject> removed = new TreeMap<>(parts.removed());
        SortedMap<String, String> renamed = new TreeMap<>();
        sources.renamed().forEach((path, before) -> {
            Optional<String> now = path.endsWith(".c") ? named(path, parts.added()) : Optional.empty();
            Optional<String> was = before.endsWith(".c") ? named(before, removed) : Optional.empty();
            if (now.isPresent()
                    && was.isPresent()
                    && parts.added().get(now.get()).equals(removed.get(was.get()))) {
                renamed.put(now.get(), was.get());
                removed.remove(was.get());
            }
        });
        return new Reach(staying, parts.added(), renamed, removed);
    }

    /** The object of a source file among some, whatever way kbuild's name of it takes. */
    private static Optional<String> named(String source, SortedMap<String, KernelObject> objects) {
        Path object = Path.of(CompiledSources.objectOf(source));
        return objects.keySet().stream()
                .filter(name -> Path.of(name).normalize().equals(object))
                .findFirst();
    }

    private List<String> withRecompiled(List<String> objects, ChangedParts parts) {
        recompiled.addAll(parts.recompiled());
        SortedSet<String> all = new TreeSet<>(objects);
        all.addAll(recompiled);
        all.removeAll(parts.added().keySet());
        all.removeAll(parts.removed().keySet());
        return List.copyOf(all);
    }

    private boolean onlyC() {
        return sources.touched().stream().allMatch(path -> path.endsWith(".c"));
    }

    /** What was made from source before any object, as far as a changed header can shape it. */
    PreparedFiles preparedFiles() {
        return asksWholeTree() ? notes().preparedFiles(kernel.tree()) : PreparedFiles.NONE;
    }

    /** The objects whose compilation the patches change by a makefile; none before {@link #find}. */
    Set<String> recompiled() {
        return Set.copyOf(recompiled);
    }

    /** Whether headers are changed, so that any object of the kernel may be reached. */
    boolean asksWholeTree() {
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

    private List<String> ofC(ChangedParts parts) {
        List<String> objects = new ArrayList<>();
        List<Problem> unbuilt = new ArrayList<>();
        List<String> there = sources.touched().stream().filter(this::isInTree).toList();
        sources.paths().stream()
                .filter(path -> !isInTree(path) && !isUsed(path, parts))
                .forEach(path -> unbuilt.add(notBuilt(path)));
        for (String object : CompiledSources.objectsOf(
                kernel.tree(),
                there,
                this::makefilesElsewhere,
                makefile -> listed(makefile).map(Listing::objects).orElse(List.of()))) {
            if (parts.removed().containsKey(object) || parts.added().containsKey(object)) {
                continue;
            }
            Optional<String> gone = sources.deleted().stream()
                    .filter(path -> path.endsWith(".c")
                            && CompiledSources.objectOf(path)
                                    .equals(Path.of(object).normalize().toString()))
                    .findFirst();
            if (gone.isPresent()) {
                unbuilt.add(notBuilt(gone.get()));
                continue;
            }
            // What is in the cache was built and found in the target.
            Optional<Problem> problem = originals.find(object).isPresent() ? Optional.empty() : whyNotBuilt(object);
            problem.ifPresentOrElse(unbuilt::add, () -> objects.add(object));
        }
        passOver(unbuilt, objects, parts);
        return objects;
    }

    private List<String> ofHeaders(ChangedParts parts) {
        ObjectReach reach = reach();
        List<Problem> unbuilt = reach.unbuilt().stream()
                .filter(file -> !isUsed(file, parts))
                .map(this::unbuilt)
                .toList();
        passOver(unbuilt, reach.objects(), parts);
        return tell(reach).objects();
    }

    private boolean isInTree(String path) {
        return Files.isRegularFile(kernel.tree().resolve(path));
    }

    /** Whether an object comes or goes with a file, or something else that the patches change takes it in. */
    private boolean isUsed(String file, ChangedParts parts) {
        boolean object = file.endsWith(".c")
                && (named(file, parts.added()).isPresent()
                        || named(file, parts.removed()).isPresent());
        return object || (!isInTree(file) && isIncluded(file));
    }

    private boolean isIncluded(String file) {
        Pattern include = Pattern.compile("(?m)^[ \\t]*#[ \\t]*include[ \\t]+[\"<]([^\">]*/)?"
                + Pattern.quote(Path.of(file).getFileName().toString()) + "[\">]");
        return sources.files().stream()
                .map(source -> new String(context.workspace().read(source.patched()), StandardCharsets.ISO_8859_1))
                .anyMatch(text -> include.matcher(text).find());
    }

    private Problem unbuilt(String file) {
        Optional<Problem> withOption =
                file.endsWith(".c") && isInTree(file) ? whyNotBuilt(CompiledSources.objectOf(file)) : Optional.empty();
        return withOption.orElseGet(() -> notBuilt(file));
    }

    private static Problem notBuilt(String file) {
        return Problem.of(
                ProblemCode.PARENT_MISMATCH, file, "No object of the target's configuration is made of this file.");
    }

    private Optional<Problem> whyNotBuilt(String object) {
        return new CheckBuilt(kernel.tree(), this::listed).of(object);
    }

    private void passOver(List<Problem> unbuilt, List<String> objects, ChangedParts parts) {
        if (objects.isEmpty() && parts.equals(ChangedParts.NONE) && !unbuilt.isEmpty()) {
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
        if (wholeTree.isEmpty()) {
            Includes includes = notes().includes(kernel.tree());
            wholeTree = Optional.of(new WholeTree(contents(includes), includes));
        }
        WholeTree tree = wholeTree.get();
        return ObjectReach.of(sources.touched(), tree.contents(), tree.includes(), originals);
    }

    private ObjectReach tell(ObjectReach reach) {
        context.console().info(reach.story());
        return reach;
    }

    private KernelContents contents(Includes includes) {
        KernelContents contents = answers(ask -> notes().contents(ask));
        Function<TargetFacts, List<Problem>> check = facts ->
                CheckContents.of(contents, includes, facts.symvers(), facts.symbols(KernelObject.VMLINUX.name()));
        List<Problem> shipped = check.apply(new TargetFacts(kernel.target()));
        List<Problem> problems = debug.deciding(shipped).map(check).orElse(shipped);
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
