package io.github.kpatch.diff;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Turns one changed kernel object into its share of the patch module. This is the whole differ as a list; each line is a
 * pass in a file of its own, and each needs the fact that the one before it returned.
 */
public final class DiffObject {
    private final ObjectPair objects;
    private final DiffTarget target;

    // What a rejection can tell, as far as the passes have come.
    private List<String> changedFunctions = List.of();
    private List<String> newFunctions = List.of();
    private List<IncludedElement> reasons = List.of();

    private DiffObject(ObjectPair objects, DiffTarget target) {
        this.objects = objects;
        this.target = target;
    }

    /**
     * Compares the two builds of one object. What the patch wants and no live patch can do is an outcome; an exception is
     * about the inputs.
     *
     * @throws ProblemException when an object is malformed or holds what the engine does not know, or when it does not
     *     belong to the target kernel
     */
    public static DiffOutcome run(ObjectPair objects, DiffTarget target) {
        DiffObject run = new DiffObject(objects, target);
        try {
            return run.outcome();
        } catch (UnreconcilableException e) {
            return run.rejected(e.problems());
        }
    }

    private DiffOutcome rejected(List<Problem> problems) {
        return new DiffOutcome.Rejected(problems, changedFunctions, newFunctions, reasons);
    }

    private DiffOutcome outcome() {
        // First of all: another machine or ABI would make every later answer meaningless.
        CheckComparable.ComparablePair pair = CheckComparable.of(objects);

        // What each object says about itself, once it reads variables where the kernel writes constants: it is to be
        // compared as it would run in a module.
        Unit original = unit(pair.arch(), ReadRuntimeConstants.in(objects.name(), pair.arch(), objects.original()));
        Unit patched = unit(pair.arch(), ReadRuntimeConstants.in(objects.name(), pair.arch(), objects.patched()));

        // With the original's own names, before a pass gives an element one that the kernel does not know.
        ParentPlaces places = LocateInParent.of(original, target);

        // What is the same thing in both: only named references can be compared, because offsets move; and who uses a
        // static local can be asked only when the users have twins.
        Unit namedOriginal = NameReferences.in(original);
        Unit namedPatched = NameReferences.in(patched);
        ElementTwins byName = CorrelateElements.between(namedOriginal, namedPatched);
        Correlation twins = CorrelateStaticLocals.complete(namedOriginal, namedPatched, byName);

        // What became of it: what is ignored has not changed, and a table counts for the code that it is about.
        Ignored ignored = FindIgnored.in(twins);
        CodeTables originalTables = CodeTables.in(twins.original(), target);
        CodeTables patchedTables = CodeTables.in(twins.patched(), target);
        Changes changes = CompareTwins.of(twins, ignored, originalTables, patchedTables, objects.lineNumbers());

        // Behind the author's ignored functions: what is left has to be redirected.
        List<SymbolId> redirected = CheckTraceable.in(changes);
        changedFunctions = redirected.stream()
                .map(function -> changes.patched().symbol(function).name())
                .toList();

        // What has to go along: the changes bring in what they refer to, then tables what their entries need.
        SymbolLookup lookup = new SymbolLookup(twins, places, target);
        SelectElements.Selection selection = SelectElements.from(changes, target.tableSetup());
        Tables tables = RebuildTables.around(selection, changes, patchedTables, lookup, target);
        newFunctions = ListNewFunctions.in(changes, tables.inclusion());
        reasons = ExplainInclusion.of(changes.patched(), tables.inclusion());

        // Whether it can, asked before the verdict "unchanged": a changed variable without a function is a finding.
        List<Problem> problems = new ArrayList<>(VerifyPatchability.of(changes, tables));
        problems.addAll(CheckCollected.in(
                changes, tables.inclusion(), selection.neverCarried(), originalTables, patchedTables));
        problems.addAll(CheckRuntimeConstants.in(changes.patched(), tables));
        problems.addAll(CheckNewNames.in(changes, target));
        if (!problems.isEmpty()) {
            return rejected(problems);
        }
        List<Problem> warnings = new ArrayList<>(twins.warnings());
        warnings.addAll(changes.notices());
        if (redirected.isEmpty()
                && !selection.newGlobal()
                && selection.callbacks().isEmpty()) {
            return new DiffOutcome.Unchanged(warnings);
        }

        // How the module reaches the rest of the kernel, and the object that says so.
        List<LocateFunctions.Located> functions = LocateFunctions.in(changes, redirected, lookup, target);
        CarriedContent content = CarryContent.of(changes, tables);
        References references = ResolveReferences.of(content, lookup, target);
        List<Problem> sealed = CheckBranchTargets.in(twins, references, target);
        if (!sealed.isEmpty()) {
            return rejected(sealed);
        }
        warnings.addAll(WarnOfSplits.in(content, references, functions));
        ElfObject output = EmitIntermediate.of(content, references, functions, target);
        return new DiffOutcome.Changed(
                output, changedFunctions, newFunctions, selection.callbacks(), warnings, reasons);
    }

    private Unit unit(Architecture arch, ElfObject elf) {
        // Owners first: all others speak of functions and mean sections.
        Bundles bundles = BundleSymbols.in(objects.name(), arch, elf);
        Families families = FindChildFunctions.in(objects.name(), elf, bundles);
        // While relocations are as the compiler made them.
        Set<SymbolId> traced = FindTraced.in(arch, elf, bundles);
        return new Unit(objects.name(), arch, elf, bundles, families, traced);
    }
}
