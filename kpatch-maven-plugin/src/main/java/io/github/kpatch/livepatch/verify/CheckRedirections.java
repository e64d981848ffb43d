package io.github.kpatch.livepatch.verify;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.intermediate.IntermediateLayout;
import io.github.kpatch.kernel.ParentSymbols;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the module hands to the livepatch core: which functions of the kernel are redirected and to where, and the
 * callbacks. Each has to be one that the kernel has and the original object too, traced there, and to lead to the function
 * of that name in the patched object. Here the walk through the module begins.
 */
final class CheckRedirections {
    private static final int NEW_SIZE_AT = 8;
    private static final int OLD_ADDRESS_AT = 16;
    private static final int OLD_SIZE_AT = 24;
    private static final int SYMPOS_AT = 32;
    private static final int NAME_AT = 40;
    private static final int OBJECT_AT = 48;
    private static final int CALLBACK_OBJECT_AT = 8;

    private final List<Origin> origins;
    private final FinishedModule module;
    private final KernelSymbols kernel;
    private final MatchPieces pieces;
    private final Architecture arch;
    private final Findings findings;

    CheckRedirections(
            List<Origin> origins,
            FinishedModule module,
            KernelSymbols kernel,
            MatchPieces pieces,
            Architecture arch,
            Findings findings) {
        this.origins = origins;
        this.module = module;
        this.kernel = kernel;
        this.pieces = pieces;
        this.arch = arch;
        this.findings = findings;
    }

    void checkFunctions() {
        List<SectionId> tables = module.object().sectionsNamed(LinkerSymbols.INIT + IntermediateLayout.FUNCTIONS);
        if (tables.size() != 1) {
            findings.add(
                    LinkerSymbols.INIT + IntermediateLayout.FUNCTIONS,
                    "There are " + tables.size() + " tables of redirected functions.");
        }
        Set<String> seen = new HashSet<>();
        for (SectionId table : tables) {
            ByteBuffer numbers = module.section(table)
                    .bytes()
                    .buffer(module.object().header().order());
            for (int at = 0;
                    at + IntermediateLayout.FUNCTION_SIZE <= numbers.limit();
                    at += IntermediateLayout.FUNCTION_SIZE) {
                checkFunction(new Spot(table, at), numbers, seen);
            }
        }
    }

    private void checkFunction(Spot entry, ByteBuffer numbers, Set<String> seen) {
        int at = (int) entry.offset();
        String where = module.where(entry);
        Optional<Spot> code = pointer(entry);
        String name = text(entry.plus(NAME_AT));
        String object = text(entry.plus(OBJECT_AT));
        long sympos = numbers.getLong(at + SYMPOS_AT);
        String function = object + ": " + name + "," + sympos;
        if (!seen.add(function)) {
            findings.add(where, "The function " + function + " is redirected twice.");
        }
        Optional<Target> target = origins.stream()
                .flatMap(origin -> target(origin, object, name, sympos).stream())
                .findFirst();
        if (code.isEmpty() || target.isEmpty()) {
            findings.add(
                    where,
                    "It redirects the function " + function
                            + ", which is none that the kernel, an original and a patched object have and ftrace can redirect.");
            return;
        }
        module.account(entry.section(), at, at + IntermediateLayout.FUNCTION_SIZE);
        SymbolId patched = patchedFunction(target.get(), name, code.get());
        Symbol symbol = target.get().origin().object().symbol(patched);
        pieces.place(
                target.get().origin(),
                symbol.home().section().orElseThrow(),
                code.get().plus(-symbol.value()),
                entry);
        Symbol named = module.referenceAt(entry).orElseThrow().symbol();
        if (!named.isFunction()
                || named.size() != symbol.size()
                || !named.name().equals(symbol.name())) {
            findings.add(
                    where,
                    "The kernel would know the new function by the symbol " + named.name() + " of " + named.size()
                            + " bytes; it is " + symbol.name() + " of " + symbol.size() + " bytes.");
        }
        expect(where, "new size", numbers.getLong(at + NEW_SIZE_AT), symbol.size());
        expect(
                where,
                "old address",
                numbers.getLong(at + OLD_ADDRESS_AT),
                target.get().entry().value());
        long oldSize = numbers.getLong(at + OLD_SIZE_AT);
        if (oldSize != target.get().original().size()) {
            expect(where, "old size", oldSize, target.get().entry().size());
        }
    }

    private void expect(String where, String what, long found, long expected) {
        if (found != expected) {
            findings.add(where, String.format("The %s is 0x%x instead of 0x%x.", what, found, expected));
        }
    }

    /** A function of the running kernel and the compiled unit that it is of. */
    private record Target(Origin origin, Symbol original, ParentSymbols.Entry entry) {}

    private Optional<Target> target(Origin origin, String objectName, String name, long sympos) {
        if (origin.unit()
                .filter(unit -> unit.parent().name().equals(objectName))
                .isEmpty()) {
            return Optional.empty();
        }
        ElfObject original = origin.unit().get().original();
        Optional<SymbolId> function = original.symbolsNamed(name).stream()
                .filter(id -> original.symbol(id).isFunction()
                        && original.symbol(id).home().section().isPresent()
                        && arch.isTraced(original, id))
                .findFirst();
        Optional<ParentSymbols.Entry> entry = kernel.resolved(origin, name, sympos);
        return function.map(original::symbol)
                .filter(symbol -> entry.isPresent()
                        && entry.get().isLocal() == symbol.isLocal()
                        && (!symbol.isLocal() || kernel.isOfFile(origin, entry.get())))
                .map(symbol -> new Target(origin, symbol, entry.get()));
    }

    /** That of the same name; where compilers have numbered clones anew, the one that stands there. */
    private SymbolId patchedFunction(Target target, String name, Spot code) {
        ElfObject object = target.origin().object();
        Comparator<SymbolId> nearest = Comparator.comparing((SymbolId id) -> !stands(target.origin(), id, code))
                .thenComparing(id -> !object.symbol(id).name().equals(name));
        return object.symbolIds().stream()
                .filter(id -> object.symbol(id).isFunction()
                        && object.symbol(id).home().section().isPresent()
                        && KernelSymbols.baseName(object.symbol(id).name()).equals(KernelSymbols.baseName(name)))
                .min(nearest)
                .orElseThrow();
    }

    private boolean stands(Origin origin, SymbolId function, Spot code) {
        Symbol symbol = origin.object().symbol(function);
        Origin.Content content = origin.withCall(symbol.home().section().orElseThrow());
        long from = code.offset() - symbol.value();
        long to = from + content.section().bytes().size();
        return from >= 0
                && to <= module.section(code.section()).bytes().size()
                && module.section(code.section())
                        .bytes()
                        .slice((int) from, (int) to)
                        .equals(content.section().bytes());
    }

    private Optional<Spot> pointer(Spot at) {
        Optional<FinishedModule.Reference> reference =
                module.referenceAt(at).filter(found -> found.relocation().type().equals(arch.absolute64()));
        reference.ifPresent(FinishedModule.Reference::account);
        return reference.flatMap(FinishedModule.Reference::spot);
    }

    private String text(Spot at) {
        Optional<Spot> spot = pointer(at);
        Optional<String> text = spot.flatMap(place -> module.textAt(place, 1));
        if (text.isEmpty()) {
            return "";
        }
        long from = spot.get().offset();
        module.account(spot.get().section(), from, from + text.get().length() + 1);
        return text.get();
    }

    void checkCallbacks() {
        for (String kind : LinkerSymbols.CALLBACK_KINDS) {
            Set<Origin> called = new HashSet<>();
            for (SectionId table : module.object().sectionsNamed(LinkerSymbols.callbacks(kind))) {
                long size = module.section(table).data().size();
                long end = size - IntermediateLayout.CALLBACK_SIZE;
                for (long at = 0; at < end; at += IntermediateLayout.CALLBACK_SIZE) {
                    checkCallback(new Spot(table, at), kind, called);
                }
                if (end >= 0 && module.references(table, end, size).isEmpty()) {
                    module.account(table, end, size);
                }
            }
            for (Origin origin : origins) {
                if (callbacks(origin, kind).isPresent() && !called.contains(origin)) {
                    findings.add(LinkerSymbols.callbacks(kind), "It lacks the callback of " + origin + ".");
                }
            }
        }
    }

    private static Optional<SectionId> callbacks(Origin origin, String kind) {
        return origin.object()
                .sectionNamed(IntermediateLayout.CALLBACKS_PREFIX + kind)
                .filter(id -> !origin.object().relocationsOf(id).isEmpty());
    }

    private void checkCallback(Spot entry, String kind, Set<Origin> called) {
        String object = text(entry.plus(CALLBACK_OBJECT_AT));
        for (Origin origin : origins) {
            Optional<SectionId> table = callbacks(origin, kind)
                    .filter(id -> origin.unit()
                            .filter(unit -> unit.parent().name().equals(object))
                            .isPresent());
            if (table.isPresent() && called.add(origin)) {
                module.account(entry.section(), entry.offset(), entry.offset() + IntermediateLayout.CALLBACK_SIZE);
                pieces.compareReference(
                        origin,
                        origin.object().section(table.get()),
                        origin.object().relocationsOf(table.get()).get(0),
                        entry);
                return;
            }
        }
        findings.add(
                module.where(entry),
                "No patched object of " + object + " has a callback of this kind, or no second one.");
    }
}
