package io.github.kpatch.stages;

import io.github.kpatch.compare.ComparePairs;
import io.github.kpatch.compare.Explanation;
import io.github.kpatch.compare.PairJob;
import io.github.kpatch.compare.PairResult;
import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.diff.DiffTarget;
import io.github.kpatch.diff.ObjectPair;
import io.github.kpatch.elf.ElfDump;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.host.Console;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.KeptFile;
import io.github.kpatch.host.Workspace;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import io.github.kpatch.source.TargetFacts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Stage {@code diff}: what the patch changes in each object, as intermediate objects, and whether a livepatch can. */
public final class DiffObjects {
    private static final int SHOWN_OBJECTS = 10;

    private DiffObjects() {}

    /**
     * What to show of the comparison beyond its story. None of it changes the result.
     *
     * @param explain whether to tell why each element is in the patch
     * @param dump whether to write each intermediate object as text beside it
     * @param disassembly whether to write beside it what became of the machine code of each function
     */
    public record Detail(boolean explain, boolean dump, boolean disassembly) {
        /** The story alone. */
        public static final Detail NONE = new Detail(false, false, false);
    }

    /**
     * Compares the two builds of each object.
     *
     * @param debug asked for the kernel's symbols where the shipped kernel does not tell namesakes apart
     * @throws ProblemException KP4xx with everything that is wrong; KP401 when no object changes
     */
    public static DiffedObjects run(
            PreparedKernel kernel, BuiltObjects built, DebugFacts debug, Detail detail, BuildContext context) {
        DiffedObjects diffed = context.steps()
                .run(new Step<>(
                        Stage.DIFF,
                        Map.of(Stage.UNPACK, kernel, Stage.BUILD_OBJECTS, built),
                        List.of(),
                        DiffedObjects.class,
                        folder -> compare(built, kernel, debug, folder, detail, context),
                        DiffedObjects::story));
        if (detail.disassembly()) {
            new DisassembleChanges(context).write(diffed.changed(), built);
        }
        for (DiffedObject object : diffed.changed()) {
            if (detail.explain()) {
                Explanation.tell(object.name(), object.included(), context.console());
                DisassembleChanges.tell(object, context);
            }
            if (detail.dump()) {
                dump(object, context);
            }
        }
        return diffed;
    }

    private static void dump(DiffedObject object, BuildContext context) {
        Path file = context.workspace().locate(object.intermediate());
        Path text = file.resolveSibling(file.getFileName() + ".dump");
        Folders.write(text, ElfDump.withContents(object(object.intermediate(), context.workspace())));
        context.console().info(object.name() + ": the intermediate object as text: " + text);
    }

    private static ElfObject object(KeptFile file, Workspace workspace) {
        return ElfReader.read(workspace.locate(file).toString(), workspace.read(file));
    }

    private static DiffedObjects compare(
            BuiltObjects built,
            PreparedKernel kernel,
            DebugFacts debug,
            Path folder,
            Detail detail,
            BuildContext context) {
        List<PairJob> pairs = pairs(built, kernel, new TargetFacts(kernel.target()), folder, context);
        List<ComparePairs.Compared> shipped = ComparePairs.all(pairs, context.jobs(), context.progress());
        List<ComparePairs.Compared> compared = debug.deciding(problems(shipped))
                .map(facts -> ComparePairs.all(
                        pairs(built, kernel, facts, folder, context), context.jobs(), context.progress()))
                .orElse(shipped);
        if (detail.explain()) {
            compared.stream()
                    .map(ComparePairs.Compared::result)
                    .filter(result -> result.outcome() == PairResult.Outcome.REJECTED)
                    .forEach(result -> Explanation.tell(result.original(), result.included(), context.console()));
        }
        ComparePairs.throwBugs(compared);
        refuse(compared);

        context.warn(Stage.DIFF, problems(compared));
        List<DiffedObject> changed = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            PairResult result = compared.get(i).result();
            if (result.outcome() == PairResult.Outcome.CHANGED) {
                tell(result, context.console());
                changed.add(new DiffedObject(
                        result.original(),
                        built.objects().get(i).parent(),
                        result.changedFunctions(),
                        result.newFunctions(),
                        result.callbacks(),
                        context.workspace().keep(pairs.get(i).output()),
                        result.included()));
            } else {
                context.console().info(result.original() + ": no functional change");
            }
        }
        if (changed.isEmpty()) {
            throw ProblemException.findings(List.of(Problem.of(
                    ProblemCode.NO_FUNCTIONAL_CHANGE,
                    named(Stream.concat(pairs.stream().map(PairJob::name), built.same().stream())
                            .sorted()
                            .toList()),
                    "No compared object changes what it does.")));
        }
        return new DiffedObjects(pairs.size(), changed, built.layouts());
    }

    private static List<PairJob> pairs(
            BuiltObjects built, PreparedKernel kernel, TargetFacts facts, Path folder, BuildContext context) {
        StructSizes sizes = StructSizes.of(kernel.target().structSizes());
        return built.objects().stream()
                .map(object -> new PairJob(
                        object.name(),
                        () -> object(object.original(), context.workspace()),
                        () -> object(object.patched(), context.workspace()),
                        ObjectPair.LineNumbers.KEPT,
                        () -> target(object.parent(), facts, sizes, kernel),
                        folder.resolve(object.name()).normalize()))
                .toList();
    }

    private static String named(List<String> objects) {
        String first = objects.stream().limit(SHOWN_OBJECTS).collect(Collectors.joining(", "));
        return objects.size() > SHOWN_OBJECTS
                ? "%s … and %d more".formatted(first, objects.size() - SHOWN_OBJECTS)
                : first;
    }

    private static DiffTarget target(KernelObject parent, TargetFacts facts, StructSizes sizes, PreparedKernel kernel) {
        return new DiffTarget(
                parent,
                facts.symbols(parent.name()),
                facts.linked(parent.name()),
                facts.symvers(),
                sizes,
                kernel.target().release().tableSetup(),
                facts.branchTargets(parent));
    }

    /** Bad input first: what the differ says of the patch may be its consequence. */
    private static void refuse(List<ComparePairs.Compared> compared) {
        List<Problem> errors = problems(compared, PairResult.Outcome.ERROR);
        if (!errors.isEmpty()) {
            throw ProblemException.inputs(errors);
        }
        List<Problem> findings = problems(compared, PairResult.Outcome.REJECTED);
        if (!findings.isEmpty()) {
            throw ProblemException.findings(findings);
        }
    }

    private static List<Problem> problems(List<ComparePairs.Compared> compared, PairResult.Outcome outcome) {
        return problems(compared.stream()
                .filter(one -> one.result().outcome() == outcome)
                .toList());
    }

    private static List<Problem> problems(List<ComparePairs.Compared> compared) {
        return compared.stream().flatMap(one -> one.problems().stream()).toList();
    }

    private static void tell(PairResult result, Console console) {
        result.changedFunctions()
                .forEach(function -> console.info(result.original() + ": changed function: " + function));
        result.newFunctions().forEach(function -> console.info(result.original() + ": new function: " + function));
        result.callbacks().forEach(callback -> console.info(result.original() + ": callback: " + callback));
    }
}
