package io.github.kpatch.diff;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Turns one changed kernel object into its share of the patch module. This is the whole differ as a list; each line is a
 * pass in a file of its own, and each needs the fact that the one before it returned.
 */
public final class DiffObject {
    private DiffObject() {}

    /**
     * Compares the two builds of one object.
     *
     * @throws ProblemException when an object is malformed or holds what the engine does not know, when it does not
     *     belong to the target kernel, or when the target kernel cannot set up at load what the patch uses
     */
    public static DiffOutcome run(ObjectPair objects, DiffTarget target) {
        try {
            return outcome(objects, target);
        } catch (UnreconcilableException e) {
            return new DiffOutcome.Rejected(e.problems(), List.of(), List.of(), List.of());
        }
    }

    private static DiffOutcome outcome(ObjectPair objects, DiffTarget target) {
        // What each object says about itself.
        CheckComparable.ComparablePair pair = CheckComparable.of(objects);
        Unit original = unit(objects.name(), pair.arch(), objects.original());
        Unit patched = unit(objects.name(), pair.arch(), objects.patched());
        FileBlocks blocks = LocateInParent.of(original, target);

        // What is the same thing in both, and what became of it.
        Correlation twins = CorrelateElements.between(named(original), named(patched));
        Ignored ignored = FindIgnored.in(twins);
        Changes changes = CompareTwins.of(twins, ignored, target);
        List<SymbolId> redirected = CheckTraceable.in(changes);

        // What has to go along, and whether it can.
        SymbolLookup lookup = new SymbolLookup(twins, blocks, target);
        SelectElements.Selection selection = SelectElements.from(changes, target.klpArch());
        Tables tables = RebuildTables.around(selection, changes, lookup, target);
        List<String> changedFunctions = redirected.stream()
                .map(function -> changes.patched().symbol(function).name())
                .toList();
        List<String> newFunctions = ListNewFunctions.in(changes, tables.inclusion());
        List<IncludedElement> reasons = ExplainInclusion.of(changes.patched(), tables.inclusion());
        List<Problem> problems = VerifyPatchability.of(changes, tables);
        if (!problems.isEmpty()) {
            return new DiffOutcome.Rejected(problems, changedFunctions, newFunctions, reasons);
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
        warnings.addAll(WarnOfSplits.in(content, references, functions));
        ElfObject output = EmitIntermediate.of(content, references, functions, target);
        return new DiffOutcome.Changed(
                output, changedFunctions, newFunctions, selection.callbacks(), warnings, reasons);
    }

    private static Unit unit(String name, Architecture arch, ElfObject elf) {
        Bundles bundles = BundleSymbols.in(name, arch, elf);
        Set<SymbolId> traced = new HashSet<>();
        for (int i = 1; i < elf.symbols().size(); i++) {
            SymbolId id = new SymbolId(i);
            boolean function = elf.symbol(id).isFunction()
                    && elf.symbol(id).home().section().isPresent()
                    && !bundles.isPrefix(id);
            if (function && arch.isTraced(elf, id)) {
                traced.add(id);
            }
        }
        return new Unit(name, arch, elf, bundles, FindChildFunctions.in(name, elf, bundles), traced);
    }

    private static Unit named(Unit unit) {
        return unit.with(NameReferences.in(unit.arch(), unit.elf(), unit.bundles()));
    }
}
