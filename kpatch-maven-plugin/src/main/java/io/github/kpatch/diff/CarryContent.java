package io.github.kpatch.diff;

import io.github.kpatch.arch.CallSite;
import io.github.kpatch.arch.TargetOffsets;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Settles what each included section holds in the output: tables as they were rebuilt, debug information without what is
 * left behind, code with the ftrace call that livepatch needs, and all other sections as the compiler made them.
 *
 * <p>Entries of a rebuilt table have moved, so whatever refers into it is moved along: the code of an x86 {@code WARN}
 * that loads the address of its {@code __bug_table} entry, {@code __ex_table} entries that lead into {@code .fixup}.
 *
 * <p>Last, every relocation is checked against the section it points into. The end itself is allowed: it is where loops
 * over an array stop and where lock keys without members live.
 */
final class CarryContent {
    private final Changes changes;
    private final Unit patched;
    private final Tables tables;
    private final Map<SectionId, Section> sections = new LinkedHashMap<>();
    private final Map<SectionId, List<Relocation>> relocations = new LinkedHashMap<>();
    private final Map<SymbolId, Long> values = new HashMap<>();
    private final Map<SymbolId, CallSite> callSites = new LinkedHashMap<>();

    private CarryContent(Changes changes, Tables tables) {
        this.changes = changes;
        this.patched = changes.patched();
        this.tables = tables;
    }

    /**
     * The content of everything included.
     *
     * @throws ProblemException when a relocation points outside its section, or a traced function does not begin as the
     *     kernel expects
     * @throws UnreconcilableException when the patch needs an entry of a table that cannot go along
     */
    static CarriedContent of(Changes changes, Tables tables) {
        CarryContent pass = new CarryContent(changes, tables);
        pass.collect();
        pass.placeCallSites();
        pass.moveSymbols();
        pass.relocations.replaceAll(pass::moveReferences);
        pass.relocations.forEach(pass::checkRange);
        return new CarriedContent(
                changes, tables.inclusion(), pass.sections, pass.relocations, pass.values, pass.callSites);
    }

    private void collect() {
        for (SectionId id : patched.elf().sectionIds()) {
            Section section = patched.section(id);
            if (!tables.inclusion().has(id)) {
                continue;
            }
            if (section.data() instanceof SectionData.Group) {
                throw ProblemException.input(
                        ProblemCode.OBJECT_INVALID, patched.where(id), "It is a section group by the name of data.");
            }
            Optional<Tables.Rebuilt> rebuilt = Optional.ofNullable(tables.kept().get(id));
            if (section.data() instanceof SectionData.Relocations all) {
                if (tables.inclusion().has(all.target())) {
                    relocations.put(all.target(), relocations(id, all));
                }
            } else {
                sections.put(
                        id,
                        rebuilt.map(table -> section.with(new SectionData.Contents(table.bytes())))
                                .orElse(section));
            }
        }
    }

    private List<Relocation> relocations(SectionId id, SectionData.Relocations all) {
        Tables.Rebuilt table = tables.kept().get(all.target());
        return table != null ? table.relocations() : tables.debugRelocations().getOrDefault(id, all.entries());
    }

    private void placeCallSites() {
        Set<SectionId> placed = new HashSet<>();
        for (SymbolId function : patched.traced().stream().sorted().toList()) {
            SectionId home = patched.home(function).orElseThrow();
            boolean carried = changes.of(function) != Status.SAME
                    && tables.inclusion().has(function)
                    && tables.inclusion().has(home)
                    && placed.add(home);
            if (carried) {
                CallSite site = patched.arch().callSite(patched.elf(), function);
                callSites.put(function, site);
                sections.put(home, site.code());
                relocations.put(home, site.relocations());
            }
        }
    }

    private void moveSymbols() {
        for (SymbolId id : patched.elf().symbolIds()) {
            Symbol symbol = patched.symbol(id);
            Optional<Tables.Rebuilt> table = patched.home(id).map(tables.kept()::get);
            if (table.isPresent() && !symbol.isSection() && tables.inclusion().has(id)) {
                values.put(id, table.get().moves().moved(symbol.value()).orElseThrow(() -> leftBehind(id)));
            }
        }
    }

    private List<Relocation> moveReferences(SectionId base, List<Relocation> all) {
        TargetOffsets offsets = patched.arch().targetOffsets(sections.get(base));
        List<Relocation> moved = new ArrayList<>(all.size());
        for (Relocation relocation : all) {
            Optional<Tables.Rebuilt> table = patched.home(relocation.symbol()).map(tables.kept()::get);
            moved.add(table.isEmpty() ? relocation : moved(relocation, table.get(), offsets));
        }
        return moved;
    }

    private Relocation moved(Relocation relocation, Tables.Rebuilt table, TargetOffsets offsets) {
        SymbolId symbol = relocation.symbol();
        long oldValue = patched.symbol(symbol).value();
        long oldTarget = oldValue + offsets.of(relocation);
        long newTarget = table.moves().moved(oldTarget).orElseThrow(() -> leftBehind(symbol));
        long newValue = values.getOrDefault(symbol, oldValue);
        long shift = (newTarget - newValue) - (oldTarget - oldValue);
        return relocation.withAddend(relocation.addend() + shift);
    }

    private UnreconcilableException leftBehind(SymbolId symbol) {
        return new UnreconcilableException(Problem.of(
                ProblemCode.SPECIAL_SECTION_INVALID,
                patched.where(symbol),
                "The patch refers to an entry of the table that cannot go along."));
    }

    private void checkRange(SectionId base, List<Relocation> all) {
        if (SectionNames.isDebug(patched.section(base).name())) {
            return;
        }
        TargetOffsets offsets = patched.arch().targetOffsets(sections.get(base));
        for (Relocation relocation : all) {
            if (relocation.offset() < 0
                    || relocation.offset() >= sections.get(base).bytes().size()) {
                throw outside(base, relocation, "A relocation lies outside the section's bytes.");
            }
            Optional<Section> home = patched.home(relocation.symbol()).map(sections::get);
            if (home.isPresent()) {
                long value = values.getOrDefault(
                        relocation.symbol(), patched.symbol(relocation.symbol()).value());
                long target = value + offsets.of(relocation);
                if (target < 0 || target > home.get().data().size()) {
                    throw outside(
                            base,
                            relocation,
                            "It points outside section " + home.get().name() + ".");
                }
            }
        }
    }

    private ProblemException outside(SectionId base, Relocation relocation, String what) {
        return ProblemException.input(
                ProblemCode.OBJECT_INVALID,
                String.format("%s, relocation at 0x%x", patched.where(base), relocation.offset()),
                what);
    }
}
