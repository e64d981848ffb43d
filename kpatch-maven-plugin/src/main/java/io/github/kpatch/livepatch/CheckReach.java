package io.github.kpatch.livepatch;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.intermediate.IntermediateLayout;
import io.github.kpatch.intermediate.IntermediateReader;
import io.github.kpatch.intermediate.IntermediateTables;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a patch brings for one kernel object must not lead to code that it brings for another and that the kernel has yet
 * to relocate: klp relocations of a module's code are applied when that module is there, and code that runs without them
 * jumps to nowhere. What is relocated for vmlinux is so from the beginning.
 *
 * <p>Each unit by itself cannot show it, since the two sides meet only in the link. Whether the module happens to be there
 * when the code runs nobody can promise, so it does not count, nor that modules need each other.
 *
 * <p>Source: {@code klp_apply_section_relocs} and {@code klp_module_coming} in {@code kernel/livepatch/core.c}.
 */
public final class CheckReach {
    /** A section of a unit, by the unit's number. */
    private record Place(int unit, SectionId section) {}

    private final List<PatchUnit> units;
    private final List<Set<String>> parents = new ArrayList<>();
    private final Map<Place, Set<String>> waitsFor = new HashMap<>();
    private final Map<String, Place> globals = new HashMap<>();
    private final List<Problem> problems = new ArrayList<>();

    private CheckReach(List<PatchUnit> units) {
        this.units = units;
    }

    /**
     * Checks units that are to become one module.
     *
     * @param arch the units' machine
     * @throws ProblemException with a finding ({@link ProblemCode#OTHER_OBJECT_NEEDED}) for each reference that leads there
     */
    public static void check(List<PatchUnit> units, Architecture arch) {
        CheckReach check = new CheckReach(units);
        for (int unit = 0; unit < units.size(); unit++) {
            check.read(unit, arch);
        }
        for (int unit = 0; unit < units.size(); unit++) {
            check.check(unit);
        }
        if (!check.problems.isEmpty()) {
            throw ProblemException.findings(check.problems);
        }
    }

    private void read(int number, Architecture arch) {
        PatchUnit unit = units.get(number);
        ElfObject object = unit.object();
        IntermediateTables tables = IntermediateReader.read(unit.path(), object, arch.absolute64());
        Set<String> named = new TreeSet<>();
        tables.functions().forEach(function -> named.add(function.objectName()));
        tables.callbacks().forEach(callback -> named.add(callback.objectName()));
        tables.relocations().forEach(relocation -> {
            named.add(relocation.objectName());
            waitsFor.computeIfAbsent(new Place(number, relocation.section()), place -> new TreeSet<>())
                    .add(relocation.objectName());
        });
        parents.add(named);
        for (Symbol symbol : object.symbols()) {
            if (!symbol.isLocal()) {
                symbol.home().section().ifPresent(section -> globals.put(symbol.name(), new Place(number, section)));
            }
        }
    }

    private void check(int number) {
        if (parents.get(number).isEmpty()) {
            // It replaces nothing, so its code runs only when another unit's leads to it.
            return;
        }
        ElfObject object = units.get(number).object();
        for (SectionId section : object.sectionIds()) {
            Set<SymbolId> seen = new HashSet<>();
            for (Relocation relocation : object.relocationsOf(section)) {
                if (seen.add(relocation.symbol())) {
                    checkReference(number, section, relocation.symbol());
                }
            }
        }
    }

    private void checkReference(int number, SectionId section, SymbolId symbol) {
        Optional<Place> other = meantBy(number, symbol).filter(place -> place.unit() != number);
        Set<String> needed = new TreeSet<>();
        other.ifPresent(place ->
                reachedFrom(place).forEach(reached -> needed.addAll(waitsFor.getOrDefault(reached, Set.of()))));
        needed.remove(IntermediateLayout.VMLINUX);
        needed.removeAll(parents.get(number));
        if (!needed.isEmpty()) {
            ElfObject object = units.get(number).object();
            problems.add(Problem.of(
                    ProblemCode.OTHER_OBJECT_NEEDED,
                    units.get(number).path() + ": " + nameOf(object, section),
                    "It refers to " + object.symbol(symbol).name() + " of "
                            + units.get(other.orElseThrow().unit()).path()
                            + ", which is code without its addresses while " + String.join(", ", needed)
                            + " is not loaded."));
        }
    }

    private Optional<Place> meantBy(int unit, SymbolId id) {
        Symbol symbol = units.get(unit).object().symbol(id);
        if (symbol.home() instanceof SymbolHome.Undefined) {
            return Optional.ofNullable(globals.get(symbol.name()));
        }
        return symbol.home().section().map(section -> new Place(unit, section));
    }

    private Set<Place> reachedFrom(Place start) {
        Set<Place> reached = new HashSet<>(Set.of(start));
        Deque<Place> next = new ArrayDeque<>(reached);
        while (!next.isEmpty()) {
            Place place = next.remove();
            for (Relocation relocation : units.get(place.unit()).object().relocationsOf(place.section())) {
                meantBy(place.unit(), relocation.symbol()).filter(reached::add).ifPresent(next::add);
            }
        }
        return reached;
    }

    private static String nameOf(ElfObject object, SectionId section) {
        return object.symbols().stream()
                .filter(symbol -> symbol.isFunction()
                        && symbol.home().section().filter(section::equals).isPresent())
                .map(Symbol::name)
                .findFirst()
                .orElse(object.section(section).name());
    }
}
