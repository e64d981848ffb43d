package io.github.kpatch.diff;

import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the twins of static variables inside functions by who uses them.
 *
 * <p>The compiler calls them {@code count.7}, and the number changes with every static local added before. A match by
 * name would give the new variable the old one's value. What does hold: the same function uses the same variables in
 * the same order. One variable may be used by several functions (its own was inlined), one function may use several
 * variables of one name (from different scopes; their sizes tell apart what once was mixed up), and the code that uses a
 * variable may move into a {@code .part} or {@code .cold} piece or back.
 *
 * <p>A use that is gone is fatal even if others remain: the variable may mean something else now, and so is a variable
 * that nobody uses any more.
 */
final class CorrelateStaticLocals {
    private final Unit original;
    private final Unit patched;
    private final ElementTwins.Draft twins;
    private final Twins.Draft<SectionId> sections;
    private final Twins.Draft<SymbolId> symbols;
    private final Map<SectionId, Map<Key, Set<SymbolId>>> usesIn = new HashMap<>();

    private CorrelateStaticLocals(Unit original, Unit patched, ElementTwins byName) {
        this.original = original;
        this.patched = patched;
        this.twins = new ElementTwins.Draft(original, patched, byName);
        this.sections = twins.sections();
        this.symbols = twins.symbols();
    }

    /** A use of a static local: the relocation section it stands in. */
    private record Use(SectionId relocations, SymbolId variable) {}

    private record Key(SymbolType type, long size, String name) {}

    /**
     * The final correlation.
     *
     * @param byName what corresponds by name; what it says of static locals is taken back
     * @throws UnreconcilableException when a static local lost a user or moved
     */
    static Correlation complete(Unit original, Unit patched, ElementTwins byName) {
        return new CorrelateStaticLocals(original, patched, byName).correlation();
    }

    private Correlation correlation() {
        undo();
        List<Use> uses = uses(original);
        correlate(uses);
        Set<Problem> lost = new LinkedHashSet<>();
        uses.forEach(use -> verify(use).ifPresent(lost::add));
        if (!lost.isEmpty()) {
            throw new UnreconcilableException(List.copyOf(lost));
        }
        return Correlation.of(original, patched, twins.done(), warnings());
    }

    private void undo() {
        for (SymbolId id : original.elf().symbolIds()) {
            if (!SpecialStatics.isOrdinaryLocal(original, id)) {
                continue;
            }
            symbols.separate(id);
            Optional<SectionId> home = original.home(id);
            if (home.isPresent() && original.isBundled(id)) {
                sections.separate(home.get());
                original.elf().sectionSymbolOf(home.get()).ifPresent(symbols::separate);
                original.elf().relocationSectionOf(home.get()).ifPresent(sections::separate);
            }
        }
    }

    private static List<Use> uses(Unit unit) {
        List<Use> uses = new ArrayList<>();
        for (SectionId id : unit.elf().sectionIds()) {
            if (unit.section(id).data() instanceof SectionData.Relocations relocations
                    && !SectionNames.isDebug(unit.baseName(id))) {
                Set<SymbolId> seen = new HashSet<>();
                for (Relocation relocation : relocations.entries()) {
                    if (seen.add(relocation.symbol()) && SpecialStatics.isOrdinaryLocal(unit, relocation.symbol())) {
                        uses.add(new Use(id, relocation.symbol()));
                    }
                }
            }
        }
        return uses;
    }

    /**
     * In the order of the object, but what a static local refers to can only be found when that variable has been found:
     * tables made of compound literals are nested, and an inner one may come first.
     */
    private void correlate(List<Use> uses) {
        List<Use> waiting = uses;
        boolean progress;
        do {
            List<Use> stillWaiting = new ArrayList<>();
            for (Use use : waiting) {
                if (standsInVariableToBeFound(use)) {
                    stillWaiting.add(use);
                } else {
                    correlate(use);
                }
            }
            progress = stillWaiting.size() < waiting.size();
            waiting = stillWaiting;
        } while (progress);
        waiting.forEach(this::correlate);
    }

    private boolean standsInVariableToBeFound(Use use) {
        return original.bundles()
                .owner(original.base(use.relocations()))
                .filter(owner -> SpecialStatics.isOrdinaryLocal(original, owner) && !symbols.hasPatched(owner))
                .isPresent();
    }

    private void correlate(Use use) {
        SymbolId variable = use.variable();
        SectionId home = original.home(variable).orElseThrow();
        boolean bundled = original.isBundled(variable);
        boolean ownReference = bundled && home.equals(original.base(use.relocations()));
        if (symbols.hasPatched(variable) || ownReference) {
            return;
        }
        SymbolId twin = counterpart(use.relocations())
                .flatMap(relocations -> candidate(relocations, variable))
                .orElseThrow(() -> new UnreconcilableException(lost(use)));
        SectionId twinHome = patched.home(twin).orElseThrow();
        if (bundled != patched.isBundled(twin)
                || (!bundled && !sections.patched(home).equals(Optional.of(twinHome)))) {
            throw new UnreconcilableException(Problem.of(
                    ProblemCode.OBJECTS_NOT_COMPARABLE,
                    original.where(variable),
                    "The static local variable moved from section "
                            + original.section(home).name() + " to "
                            + patched.section(twinHome).name() + "."));
        }
        symbols.pair(variable, twin);
        if (bundled) {
            twins.pairSections(home, twinHome);
        }
    }

    /** The patched relocation section for an original one, or for the function that swallowed a vanished piece. */
    private Optional<SectionId> counterpart(SectionId relocations) {
        Optional<SectionId> twin = sections.patched(relocations);
        Optional<SymbolId> function = original.bundles().owner(original.base(relocations));
        while (twin.isEmpty() && function.isPresent()) {
            function = original.families().parent(function.get());
            if (function.isPresent() && symbols.hasPatched(function.get())) {
                return original.home(function.get())
                        .flatMap(original.elf()::relocationSectionOf)
                        .flatMap(sections::patched);
            }
        }
        return twin;
    }

    private Optional<SymbolId> candidate(SectionId relocations, SymbolId variable) {
        Symbol wanted = original.symbol(variable);
        for (SectionId place : withPieces(relocations)) {
            List<SymbolId> fitting =
                    usesIn.computeIfAbsent(place, this::indexUses).getOrDefault(key(wanted), Set.of()).stream()
                            .filter(candidate -> !symbols.hasOriginal(candidate)
                                    && patched.home(candidate).isPresent()
                                    && MangledNames.equal(
                                            wanted.name(),
                                            patched.symbol(candidate).name()))
                            .toList();
            if (!fitting.isEmpty()) {
                return Optional.of(fitting.stream()
                        .filter(candidate -> isNumbered(patched.symbol(candidate)) == isNumbered(wanted))
                        .findFirst()
                        .orElse(fitting.get(0)));
            }
        }
        return Optional.empty();
    }

    /** A file's own variable of the same name has no number. */
    private static boolean isNumbered(Symbol symbol) {
        return MangledNames.isNumbered(symbol.name());
    }

    /** A patched relocation section, then those of the pieces of the function it belongs to. */
    private Collection<SectionId> withPieces(SectionId relocations) {
        Set<SectionId> places = new LinkedHashSet<>();
        places.add(relocations);
        patched.bundles()
                .owner(patched.base(relocations))
                .ifPresent(function -> patched.families().descendants(function).stream()
                        .flatMap(piece -> patched.home(piece).stream())
                        .flatMap(home -> patched.elf().relocationSectionOf(home).stream())
                        .forEach(places::add));
        return places;
    }

    private Map<Key, Set<SymbolId>> indexUses(SectionId relocations) {
        Map<Key, Set<SymbolId>> uses = new LinkedHashMap<>();
        for (Relocation relocation : entries(patched, relocations)) {
            uses.computeIfAbsent(key(patched.symbol(relocation.symbol())), key -> new LinkedHashSet<>())
                    .add(relocation.symbol());
        }
        return uses;
    }

    private static List<Relocation> entries(Unit unit, SectionId relocations) {
        return ((SectionData.Relocations) unit.section(relocations).data()).entries();
    }

    private static Key key(Symbol symbol) {
        return new Key(symbol.type(), symbol.size(), MangledNames.key(symbol.name()));
    }

    private Optional<Problem> verify(Use use) {
        Optional<SymbolId> twin = symbols.patched(use.variable());
        Optional<SectionId> place = counterpart(use.relocations());
        boolean stillUsed = twin.isPresent()
                && place.isPresent()
                && withPieces(place.get()).stream()
                        .anyMatch(section -> usesIn.computeIfAbsent(section, this::indexUses)
                                .getOrDefault(key(patched.symbol(twin.get())), Set.of())
                                .contains(twin.get()));
        return stillUsed ? Optional.empty() : Optional.of(lost(use));
    }

    private Problem lost(Use use) {
        return Problem.of(
                ProblemCode.STATIC_LOCAL_REMOVED,
                original.where(use.variable()),
                "The static local variable is no longer used by " + user(use) + ".");
    }

    private String user(Use use) {
        SectionId base = original.base(use.relocations());
        return original.bundles()
                .owner(base)
                .map(owner -> original.symbol(owner).name())
                .orElse("section " + original.section(base).name());
    }

    private List<Problem> warnings() {
        return uses(patched).stream()
                .filter(use -> !symbols.hasOriginal(use.variable()))
                .limit(1)
                .map(use -> Problem.of(
                        ProblemCode.STATIC_LOCAL_NEW,
                        patched.where(use.variable()),
                        "The static local variable is taken to be new."))
                .toList();
    }
}
