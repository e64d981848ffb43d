package io.github.kpatch.diff;

import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.TableSetup;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides for each relocation who resolves it: the module loader, as in any module, or livepatch.
 *
 * <p>The loader knows what the patch defines itself and what vmlinux exports. Local and unexported symbols only livepatch
 * can find. Symbols that a module exports it could find, but only if that module is loaded already; livepatch waits for
 * the patched object instead.
 *
 * <p>A function whose address is stored for somebody to call later ({@code call_rcu(&p->rcu, free_it)}) stays the
 * original one even if the patch has its own copy: ftrace leads calls of the original to the copy, and after the patch is
 * gone a stored address of the copy would lead nowhere. Functions the kernel does not have, and clones, whose names it may
 * not have, are taken from the patch.
 *
 * <p>The kernel processes its tables about code before livepatch resolves references into a module. So in those tables,
 * for a patch of a module, nothing may be left to livepatch.
 */
final class ResolveReferences {
    /** Offered by the patch author's support module. */
    private static final Set<String> CORE_SYMBOLS =
            Set.of("kpatch_shadow_alloc", "kpatch_shadow_free", "kpatch_shadow_get");

    private final Changes changes;
    private final Unit patched;
    private final CarriedContent content;
    private final SymbolLookup lookup;
    private final DiffTarget target;
    private final Map<SymbolId, Optional<SymbolLookup.Found>> known = new HashMap<>();
    private final NavigableSet<String> namespaces = new TreeSet<>();

    private ResolveReferences(CarriedContent content, SymbolLookup lookup, DiffTarget target) {
        this.changes = content.changes();
        this.patched = content.patched();
        this.content = content;
        this.lookup = lookup;
        this.target = target;
    }

    /**
     * Who resolves what.
     *
     * @throws ProblemException when a symbol is in neither the patch nor the kernel, or cannot be told from others
     * @throws UnreconcilableException when livepatch would resolve a reference too late
     */
    static References of(CarriedContent content, SymbolLookup lookup, DiffTarget target) {
        ResolveReferences pass = new ResolveReferences(content, lookup, target);
        Map<SectionId, List<Relocation>> plain = new LinkedHashMap<>();
        List<References.KlpReference> klp = new ArrayList<>();
        content.relocations().forEach((section, relocations) -> {
            List<Relocation> kept = new ArrayList<>(relocations.size());
            for (Relocation relocation : relocations) {
                if (SectionNames.isDebug(pass.patched.section(section).name()) || !pass.needsLivepatch(relocation)) {
                    kept.add(relocation);
                } else {
                    klp.add(pass.klpReference(section, relocation));
                }
            }
            plain.put(section, kept);
        });
        return new References(plain, klp, pass.namespaces);
    }

    private boolean needsLivepatch(Relocation relocation) {
        SymbolId id = relocation.symbol();
        Symbol symbol = patched.symbol(id);
        if (id.equals(SymbolId.NULL) || CORE_SYMBOLS.contains(symbol.name())) {
            return false;
        }
        if (patched.home(id).isEmpty() && !(symbol.home() instanceof SymbolHome.Undefined)) {
            return false;
        }
        boolean carried =
                patched.home(id).filter(content.sections()::containsKey).isPresent();
        if (carried) {
            return isPointerToExisting(relocation);
        }
        Optional<SymbolLookup.Found> found = find(id);
        if (symbol.isLocal()) {
            checkLocal(id, found);
            return true;
        }
        boolean plain = found.isEmpty()
                || (found.get().exported() && found.get().owner().equals(KernelObject.VMLINUX.name()));
        if (plain) {
            target.symvers().exportsNamed(symbol.name()).stream()
                    .map(ModuleSymvers.Export::namespace)
                    .filter(namespace -> !namespace.isEmpty())
                    .forEach(namespaces::add);
        }
        return !plain;
    }

    private boolean isPointerToExisting(Relocation relocation) {
        SymbolId id = relocation.symbol();
        return patched.arch().storesFunctionPointer(patched.elf(), relocation)
                && patched.families().parent(id).isEmpty()
                && changes.of(id) != Status.NEW
                && !patched.symbol(id).name().contains(".");
    }

    private Optional<SymbolLookup.Found> find(SymbolId id) {
        return known.computeIfAbsent(id, lookup::find);
    }

    private void checkLocal(SymbolId id, Optional<SymbolLookup.Found> found) {
        if (found.isEmpty() || found.get().global()) {
            throw notFound(
                    id,
                    found.isEmpty()
                            ? "The local symbol is in neither the patch nor "
                                    + target.parent().name() + "."
                            : "The local symbol is global in " + found.get().owner() + ".");
        }
    }

    private ProblemException notFound(SymbolId id, String what) {
        return ProblemException.input(ProblemCode.SYMBOL_NOT_FOUND, patched.where(id), what);
    }

    private References.KlpReference klpReference(SectionId section, Relocation relocation) {
        SymbolId id = relocation.symbol();
        SymbolLookup.Found found = find(id).orElseThrow(() ->
                notFound(id, target.parent().name() + " does not have the function whose address is stored."));
        if (SectionNames.isCallback(patched.section(section).name())) {
            throw new UnreconcilableException(new Problem(
                    ProblemCode.CALLBACK_INVALID,
                    patched.where(section),
                    "The callback " + patched.symbol(id).name() + " is a function of the running kernel, whose address"
                            + " is not known yet when the module registers its callbacks.",
                    "Give the patch a new function that calls it."));
        }
        if (target.parent().isModule() && target.tableSetup() == TableSetup.BY_LOADER && isReadAtLoad(section)) {
            throw new UnreconcilableException(Problem.of(
                    ProblemCode.RELOCATION_UNSUPPORTED,
                    patched.where(section),
                    "The kernel reads this table before livepatch could resolve its reference to "
                            + patched.symbol(id).name() + " of " + found.owner() + "."));
        }
        return new References.KlpReference(section, relocation, found);
    }

    private boolean isReadAtLoad(SectionId section) {
        Section base = patched.section(section);
        return base.name().equals(patched.arch().replacementCode())
                || patched.arch().specialSections().stream()
                        .anyMatch(special -> special.name().equals(base.name()));
    }
}
