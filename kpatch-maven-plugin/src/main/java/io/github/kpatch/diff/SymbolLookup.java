package io.github.kpatch.diff;

import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.List;
import java.util.Optional;

/**
 * Finds a symbol of the patched object in the running kernel: among the locals of its own source file, then among the
 * parent's globals, then among all exports.
 *
 * <p>A position tells symbols of one name apart. In vmlinux the kernel counts them by address; in a module, in the order
 * of the symbol table. It counts all of them, whatever their binding; 0 demands that there is one only.
 */
final class SymbolLookup {
    private final Correlation twins;
    private final ParentPlaces places;
    private final DiffTarget target;

    SymbolLookup(Correlation twins, ParentPlaces places, DiffTarget target) {
        this.twins = twins;
        this.places = places;
        this.target = target;
    }

    /**
     * Where the running kernel has a symbol.
     *
     * @param owner the kernel object that has it
     * @param address its address there; 0 where only its export is known
     * @param size its size in bytes; 0 where only its export is known
     * @param position among the owner's symbols of the name, from 1; 0 where there is no other
     * @param unsure whether the position rests on more than the addresses of locals
     * @param global whether it is visible outside its source file
     * @param exported whether modules may link to it
     */
    record Found(
            String owner, long address, long size, long position, boolean unsure, boolean global, boolean exported) {}

    /**
     * Where the kernel has the symbol that {@code patched} means.
     *
     * @throws ProblemException when several fit
     */
    Optional<Found> find(SymbolId patched) {
        String name = twins.patched().symbol(patched).name();
        Optional<Found> local = twins.symbols()
                .original(patched)
                .flatMap(original -> only(places.localsNamed(original, name), patched, "its source file"))
                .map(entry -> found(entry, patched, false));
        return local.or(() -> only(
                                target.symbols().globalsNamed(name),
                                patched,
                                target.parent().name())
                        .map(entry -> found(entry, patched, true)))
                .or(() -> only(target.symvers().exportsNamed(name), patched, "the kernel's exports")
                        .map(SymbolLookup::found));
    }

    private <T> Optional<T> only(List<T> matches, SymbolId patched, String place) {
        if (matches.size() > 1) {
            throw ProblemException.input(
                    ProblemCode.SYMBOL_AMBIGUOUS,
                    twins.patched().where(patched),
                    "The name occurs " + matches.size() + " times in " + place + ".");
        }
        return matches.stream().findFirst();
    }

    private Found found(ParentSymbols.Entry entry, SymbolId patched, boolean global) {
        List<ParentSymbols.Entry> locals = target.symbols().localsNamed(entry.name());
        List<ParentSymbols.Entry> globals = target.symbols().globalsNamed(entry.name());
        boolean only = locals.size() + globals.size() == 1;
        return new Found(
                target.parent().name(),
                entry.value(),
                size(entry, patched),
                global && only ? 0 : upTo(entry, locals) + upTo(entry, globals),
                !only && (target.parent().isModule() || !globals.isEmpty()),
                global,
                global && !target.symvers().exportsNamed(entry.name()).isEmpty());
    }

    /** A kernel's own table has no sizes; there the original object's says how long the symbol is. */
    private long size(ParentSymbols.Entry entry, SymbolId patched) {
        boolean unknown = target.linked().isPresent() && !target.parent().isModule();
        return unknown
                ? twins.symbols()
                        .original(patched)
                        .map(id -> twins.original().symbol(id).size())
                        .orElse(0L)
                : entry.size();
    }

    private long upTo(ParentSymbols.Entry wanted, List<ParentSymbols.Entry> namesakes) {
        return namesakes.stream()
                .filter(entry -> target.parent().isModule()
                        ? entry.index() <= wanted.index()
                        : Long.compareUnsigned(entry.value(), wanted.value()) <= 0)
                .count();
    }

    private static Found found(ModuleSymvers.Export export) {
        return new Found(export.owner(), 0, 0, 0, false, true, true);
    }
}
