package io.github.kpatch.livepatch.verify;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.RelocationType;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.kernel.TableSetup;
import io.github.kpatch.livepatch.KlpNames;
import io.github.kpatch.special.EntryLayout;
import io.github.kpatch.special.SpecialSection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tables about code: every entry that a compiled object has about a piece that the module holds must be in the module
 * once, with the same bytes and references, and in the order of the compiled ones about the same place. What is left over
 * of the module's tables is nobody's, which {@link CheckNothingElse} finds.
 */
final class MatchTables {
    private static final Set<String> DYNAMIC_DEBUG = Set.of("__dyndbg", "__verbose");
    private static final String STATIC_KEYS = "__jump_table";
    private static final String STATIC_CALLS = ".static_call_sites";

    private final FinishedModule module;
    private final RunningKernel running;
    private final KernelSymbols kernel;
    private final Architecture arch;
    private final Findings findings;
    private final MatchPieces pieces;
    private final Map<String, SpecialSection> special = new LinkedHashMap<>();
    private final Set<String> companions = new HashSet<>();
    private final Map<Origin, Map<SectionId, DividedTable>> compiled = new LinkedHashMap<>();
    private final Map<SectionId, DividedTable> finished = new HashMap<>();
    private final Map<Code, List<DividedTable.Entry>> about = new LinkedHashMap<>();
    private final Map<DividedTable.Entry, DividedTable.Entry> matched = new HashMap<>();
    private final Set<DividedTable.Entry> taken = new HashSet<>();
    private final Map<DividedTable.Entry, DividedTable.Entry> requested = new LinkedHashMap<>();

    /** A place of the module's code, as tables of one kind see it. */
    private record Code(String table, Spot spot) {}

    MatchTables(
            List<Origin> origins,
            FinishedModule module,
            RunningKernel running,
            KernelSymbols kernel,
            Architecture arch,
            Findings findings,
            MatchPieces pieces) {
        this.module = module;
        this.running = running;
        this.kernel = kernel;
        this.arch = arch;
        this.findings = findings;
        this.pieces = pieces;
        for (SpecialSection each : arch.specialSections()) {
            special.put(each.name(), each);
            if (each.entries() instanceof EntryLayout.Paired paired) {
                companions.add(paired.companion());
            }
        }
        for (Origin origin : origins) {
            Map<SectionId, DividedTable> tables = new LinkedHashMap<>();
            for (SectionId id : origin.object().sectionIds()) {
                Section section = origin.object().section(id);
                SpecialSection table = special.get(section.name());
                if (table != null && !origin.object().relocationsOf(id).isEmpty()) {
                    DividedTable.of(origin.object(), id, table, running.structSizes())
                            .ifPresent(divided -> tables.put(id, divided));
                }
            }
            compiled.put(origin, tables);
        }
        for (SectionId id : module.object().sectionIds()) {
            SpecialSection table = special.get(tableName(module.section(id).name()));
            if (table != null) {
                DividedTable.of(module.object(), id, table, running.structSizes())
                        .ifPresent(divided -> {
                            finished.put(id, divided);
                            for (DividedTable.Entry entry : divided.entries()) {
                                module.referenceAt(new Spot(id, entry.start() + divided.codeAt()))
                                        .flatMap(FinishedModule.Reference::spot)
                                        .ifPresent(code -> about.computeIfAbsent(
                                                        new Code(table.name(), code), any -> new ArrayList<>(1))
                                                .add(entry));
                            }
                        });
            }
        }
    }

    /** Kernels before 5.8 want some tables in a section for each patched object. */
    private static String tableName(String section) {
        return section.startsWith(KlpNames.ARCH_PREFIX)
                ? section.substring(section.indexOf('.', KlpNames.ARCH_PREFIX.length()) + 1)
                : section;
    }

    /** Whether a section of that name is a table, or holds the second halves of one. */
    boolean isTable(String section) {
        return special.containsKey(section) || companions.contains(section) || section.equals(arch.callSiteList());
    }

    /** Where in the module a place of a compiled table has come to stand. */
    Optional<Spot> translated(Origin origin, Spot spot) {
        return Optional.ofNullable(compiled.getOrDefault(origin, Map.of()).get(spot.section()))
                .flatMap(table -> table.at(spot.offset()))
                .flatMap(entry -> Optional.ofNullable(matched.get(entry))
                        .map(there ->
                                new Spot(there.table().section(), there.start() + spot.offset() - entry.start())));
    }

    /**
     * Says that code refers to a place of a compiled table, and in the module to {@code there}.
     *
     * @return whether both lie at the same place of an entry
     */
    boolean request(Origin origin, Spot spot, Spot there) {
        Optional<DividedTable.Entry> expected =
                Optional.ofNullable(compiled.get(origin).get(spot.section())).flatMap(table -> table.at(spot.offset()));
        Optional<DividedTable.Entry> found =
                Optional.ofNullable(finished.get(there.section())).flatMap(table -> table.at(there.offset()));
        if (expected.isEmpty()
                || found.isEmpty()
                || !expected.get().table().special().equals(found.get().table().special())
                || spot.offset() - expected.get().start()
                        != there.offset() - found.get().start()) {
            return false;
        }
        DividedTable.Entry other = requested.putIfAbsent(expected.get(), found.get());
        return other == null || other.equals(found.get());
    }

    /** Matches every entry whose code the walk has come to. */
    void matchEntries() {
        compiled.forEach((origin, tables) -> tables.values().forEach(table -> {
            for (DividedTable.Entry entry : table.entries()) {
                if (!matched.containsKey(entry)) {
                    code(origin, entry)
                            .ifPresent(code ->
                                    findAt(origin, entry, code).ifPresent(found -> match(origin, entry, found)));
                }
            }
        }));
        requested.forEach((entry, found) -> {
            if (!matched.containsKey(entry) && !taken.contains(found)) {
                match(originOf(entry), entry, found);
            }
        });
    }

    private Origin originOf(DividedTable.Entry entry) {
        return compiled.entrySet().stream()
                .filter(each -> each.getValue().containsValue(entry.table()))
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    /** Where in the module the code is that a compiled entry is about; empty where it is not in. */
    private Optional<Spot> code(Origin origin, DividedTable.Entry entry) {
        ElfObject object = origin.object();
        return entry.relocations().stream()
                .filter(relocation ->
                        relocation.offset() == entry.start() + entry.table().codeAt())
                .findFirst()
                .flatMap(relocation -> {
                    Symbol symbol = object.symbol(relocation.symbol());
                    return symbol.home()
                            .section()
                            .filter(home -> !arch.isWithoutSymbols(
                                            object.section(home).name())
                                    || (special.containsKey(object.section(home).name())
                                            && !companions.contains(pairedWith(entry))))
                            .flatMap(home ->
                                    pieces.translated(origin, new Spot(home, symbol.value() + relocation.addend())));
                });
    }

    private static String pairedWith(DividedTable.Entry entry) {
        return entry.table().special().entries() instanceof EntryLayout.Paired paired ? paired.companion() : "";
    }

    private Optional<DividedTable.Entry> findAt(Origin origin, DividedTable.Entry entry, Spot code) {
        List<DividedTable.Entry> free =
                about.getOrDefault(new Code(entry.table().special().name(), code), List.of()).stream()
                        .filter(found -> !taken.contains(found))
                        .toList();
        return free.stream()
                .filter(found -> bytes(module.object(), found).equals(bytes(origin.object(), entry)))
                .findFirst()
                .or(() -> free.stream().findFirst());
    }

    private static Bytes bytes(ElfObject object, DividedTable.Entry entry) {
        return object.section(entry.table().section()).bytes().slice((int) entry.start(), (int)
                (entry.start() + entry.size()));
    }

    private void match(Origin origin, DividedTable.Entry entry, DividedTable.Entry found) {
        matched.put(entry, found);
        taken.add(found);
        SectionId section = found.table().section();
        Spot place = new Spot(section, found.start());
        module.account(section, found.start(), found.start() + found.size());
        Section base = origin.object().section(entry.table().section());
        if (found.size() < entry.size()) {
            findings.add(module.where(place), "The entry is shorter than that of " + origin + ".");
            return;
        }
        pieces.compare(bytes(origin.object(), entry), place, origin, base.name());
        Set<Long> offsets = new HashSet<>();
        for (Relocation relocation : entry.relocations()) {
            long offset = relocation.offset() - entry.start();
            offsets.add(offset);
            pieces.compareReference(origin, base, relocation, place.plus(offset));
        }
        for (FinishedModule.Reference reference :
                module.references(section, found.start(), found.start() + found.size())) {
            if (!offsets.contains(reference.relocation().offset() - found.start())) {
                findings.add(
                        module.where(new Spot(section, reference.relocation().offset())),
                        "It refers to " + reference + "; the entry of " + origin + " does not.");
            }
        }
        if (entry.table().special().entries() instanceof EntryLayout.Paired paired) {
            matchCompanion(origin, entry, found, paired);
        }
    }

    private void matchCompanion(
            Origin origin, DividedTable.Entry entry, DividedTable.Entry found, EntryLayout.Paired paired) {
        int size = running.structSizes().get(paired.structure()).orElseThrow();
        Optional<SectionId> expected = origin.object().sectionNamed(paired.companion());
        Optional<SectionId> there = module.object().sectionNamed(paired.companion());
        long to = (found.index() + 1L) * size;
        if (expected.isEmpty()
                || there.isEmpty()
                || module.section(there.get()).data().size() < to
                || origin.object().section(expected.get()).data().size() < (entry.index() + 1L) * size) {
            findings.add(
                    module.where(new Spot(found.table().section(), found.start())),
                    "Its second half in " + paired.companion() + " is missing.");
            return;
        }
        Spot place = new Spot(there.get(), to - size);
        module.account(there.get(), to - size, to);
        pieces.compare(
                origin.object().section(expected.get()).bytes().slice(entry.index() * size, (entry.index() + 1) * size),
                place,
                origin,
                paired.companion());
    }

    /**
     * Where the kernel's build lets objtool read the module only when it is linked, the compiled object of the module's own
     * source has no tables yet; those about its code name nothing but places in it.
     */
    private void accountForOwnCode() {
        for (Map.Entry<Origin, Map<SectionId, DividedTable>> each : compiled.entrySet()) {
            Origin own = each.getKey();
            if (own.unit().isPresent()) {
                continue;
            }
            Set<String> known = new HashSet<>();
            each.getValue().values().forEach(table -> known.add(table.special().name()));
            about.forEach((code, entries) -> {
                if (!known.contains(code.table()) && isWithin(own, code.spot())) {
                    entries.forEach(this::accountForOwnEntry);
                }
            });
        }
    }

    private boolean isWithin(Origin own, Spot code) {
        return pieces.placed(own).entrySet().stream()
                .anyMatch(place -> place.getValue().section().equals(code.section())
                        && code.offset() >= place.getValue().offset()
                        && code.offset()
                                <= place.getValue().offset()
                                        + own.object()
                                                .section(place.getKey())
                                                .data()
                                                .size());
    }

    /** Whether entries of compiled objects name their code in that way, as far as there are any. */
    private boolean isOfKnownType(DividedTable.Entry entry, Relocation relocation) {
        Set<RelocationType> types = new HashSet<>();
        compiled.values().stream()
                .flatMap(tables -> tables.values().stream())
                .filter(table -> table.special().equals(entry.table().special()))
                .flatMap(table -> table.entries().stream().limit(1))
                .flatMap(known -> known.relocations().stream())
                .forEach(known -> types.add(known.type()));
        return types.isEmpty() || types.contains(relocation.type());
    }

    private void accountForOwnEntry(DividedTable.Entry entry) {
        Collection<FinishedModule.Reference> references =
                module.references(entry.table().section(), entry.start(), entry.start() + entry.size());
        if (references.size() == 1
                && isOfKnownType(entry, references.iterator().next().relocation())
                && taken.add(entry)) {
            references.forEach(FinishedModule.Reference::account);
            module.account(entry.table().section(), entry.start(), entry.start() + entry.size());
            if (entry.table().special().entries() instanceof EntryLayout.Paired paired) {
                int size = running.structSizes().get(paired.structure()).orElseThrow();
                module.object()
                        .sectionNamed(paired.companion())
                        .ifPresent(id -> module.account(id, (long) entry.index() * size, (entry.index() + 1L) * size));
            }
        }
    }

    /** Tells of entries that the module lacks, has in another order, or takes for others than its code does. */
    void finish() {
        accountForOwnCode();
        compiled.forEach((origin, tables) -> tables.values().forEach(table -> {
            Map<Spot, Integer> last = new HashMap<>();
            for (DividedTable.Entry entry : table.entries()) {
                Optional<Spot> code = code(origin, entry);
                DividedTable.Entry found = matched.get(entry);
                if (code.isPresent() && found == null && !mayBeLeftOut(origin, entry)) {
                    findings.add(
                            table.special().name(),
                            String.format(
                                    "It lacks the entry about %s that %s has at 0x%x.",
                                    module.where(code.get()), origin, entry.start()));
                }
                if (code.isPresent() && found != null) {
                    Integer before = last.put(code.get(), found.index());
                    if (before != null && before > found.index()) {
                        findings.add(
                                module.where(new Spot(found.table().section(), found.start())),
                                "The entries about " + module.where(code.get()) + " stand in another order than in "
                                        + origin + ".");
                    }
                }
            }
        }));
        requested.forEach((entry, found) -> {
            if (!found.equals(matched.get(entry))) {
                findings.add(
                        module.where(new Spot(found.table().section(), found.start())),
                        "Code refers to this entry, which is another one in " + originOf(entry) + ".");
            }
        });
    }

    /**
     * Tracepoints and debug messages of a module stay off in a patch of it: the kernel would read their keys before the
     * livepatch core has written where they are. Where the core sets up the tables, it sets up no keys at all.
     */
    private boolean mayBeLeftOut(Origin origin, DividedTable.Entry entry) {
        String table = entry.table().special().name();
        boolean keys = table.equals(STATIC_KEYS);
        if (!keys && !table.equals(STATIC_CALLS)) {
            return false;
        }
        ElfObject object = origin.object();
        Optional<Symbol> key = entry.relocations().stream()
                .filter(relocation ->
                        relocation.offset() >= entry.start() && relocation.offset() < entry.start() + entry.size())
                .reduce((first, second) -> second)
                .map(relocation -> object.symbol(relocation.symbol()));
        if (key.isEmpty()) {
            return false;
        }
        boolean harmless = keys
                ? key.get().name().startsWith("__tracepoint_")
                        || key.get()
                                .home()
                                .section()
                                .filter(home -> DYNAMIC_DEBUG.contains(
                                        object.section(home).name()))
                                .isPresent()
                : key.get().name().startsWith("__SCK__tp_func_");
        return harmless
                && (kernel.isOfModule(origin, key.get()) || (keys && running.tableSetup() == TableSetup.BY_LIVEPATCH));
    }
}
