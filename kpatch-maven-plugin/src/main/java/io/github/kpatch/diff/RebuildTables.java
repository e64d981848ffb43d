package io.github.kpatch.diff;

import io.github.kpatch.arch.TargetOffsets;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.kernel.TableSetup;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.special.EntryMeaning;
import io.github.kpatch.special.TableContext;
import io.github.kpatch.special.TableEntry;
import io.github.kpatch.special.Verdict;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps of each table about code the entries that describe what is in the patch.
 *
 * <p>An entry belongs to the patch when it refers to a function whose code is in, or when something that is in refers to
 * it: x86's {@code WARN} loads the address of its own {@code __bug_table} entry, and an exception table entry leads to
 * its {@code .fixup} code. What a kept entry needs goes in as well, a new static key for one, and that may bring in code
 * with entries of its own. So this goes round until nothing new comes in.
 *
 * <p>Code for alternatives goes along whole where any alternative does: unused replacements harm nobody.
 */
final class RebuildTables {
    private final Unit patched;
    private final DiffTarget target;
    private final SymbolLookup lookup;
    private final Inclusion.Draft draft;
    private final Map<SectionId, Table> tables = new LinkedHashMap<>();
    private final List<Problem> rejected = new ArrayList<>();
    private int sectionsFollowed;

    /** One table in the making. */
    private static final class Table {
        private final TableEntries entries;
        private final BitSet requested = new BitSet();
        private final BitSet kept = new BitSet();
        private final BitSet refused = new BitSet();

        Table(TableEntries entries) {
            this.entries = entries;
        }
    }

    private RebuildTables(
            Changes changes,
            SelectElements.Selection selection,
            CodeTables divided,
            SymbolLookup lookup,
            DiffTarget target) {
        this.patched = changes.patched();
        this.target = target;
        this.lookup = lookup;
        this.draft = selection.inclusion().reopened(changes, selection.notWhole(), selection.excluded());
        divided.tables().forEach((id, entries) -> {
            if (selection.tables().containsKey(id)) {
                tables.put(id, new Table(entries));
            }
        });
    }

    /**
     * The tables around what has been selected.
     *
     * @throws ProblemException when an entry has not the shape of the target kernel's
     */
    static Tables around(
            SelectElements.Selection selection,
            Changes changes,
            CodeTables divided,
            SymbolLookup lookup,
            DiffTarget target) {
        RebuildTables pass = new RebuildTables(changes, selection, divided, lookup, target);
        pass.keepEntries();
        Map<SectionId, Tables.Rebuilt> kept = pass.rebuild();
        Set<SectionId> dropped = new HashSet<>(selection.neverCarried());
        dropped.removeAll(kept.keySet());
        Map<SectionId, List<Relocation>> debug = pass.trimDebugSections();
        return new Tables(pass.draft.done(), kept, dropped, pass.rejected, debug);
    }

    private void keepEntries() {
        boolean grown = true;
        while (grown) {
            followReferences();
            grown = false;
            for (Table table : tables.values()) {
                grown |= keepEntries(table);
            }
            grown |= keepReplacements();
        }
    }

    private boolean keepEntries(Table table) {
        boolean grown = false;
        for (int i = 0; i < table.entries.entries().size(); i++) {
            TableEntry entry = table.entries.entries().get(i);
            if (table.kept.get(i)
                    || table.refused.get(i)
                    || !(table.requested.get(i) || describesIncluded(entry) || describesKeptPiece(table, entry))) {
                continue;
            }
            Verdict verdict = table.entries.special().judge(entry, new Context(table.entries.section()));
            if (verdict instanceof Verdict.Keep) {
                table.kept.set(i);
                keep(table.entries.section(), entry);
                grown = true;
            } else {
                table.refused.set(i);
                if (verdict instanceof Verdict.Reject reject) {
                    rejected.add(reject.problem());
                }
            }
        }
        return grown;
    }

    private boolean describesIncluded(TableEntry entry) {
        return entry.relocations().stream()
                .map(Relocation::symbol)
                .anyMatch(symbol -> patched.home(symbol)
                        .filter(home ->
                                draft.has(home) && (patched.symbol(symbol).isFunction() || isCode(home)))
                        .isPresent());
    }

    /** Whether it is about out-of-line code that goes along piece by piece; how to unwind from there is never known. */
    private boolean describesKeptPiece(Table table, TableEntry entry) {
        if (!(table.entries.meaning() instanceof EntryMeaning.AboutCode meaning)
                || table.entries.companion().isPresent()) {
            return false;
        }
        return entry.relocations().stream()
                .filter(relocation -> relocation.offset() == entry.offset() + meaning.codeAt())
                .anyMatch(relocation -> {
                    Optional<Table> pieces = tableOf(relocation).map(tables::get);
                    long place = patched.symbol(relocation.symbol()).value() + relocation.addend();
                    return pieces.isPresent()
                            && pieces.get().entries.indexOf(place) >= 0
                            && pieces.get().kept.get(pieces.get().entries.indexOf(place));
                });
    }

    /** Labels in assembler code may have no type, and places without a size to cover them only their section's name. */
    private boolean isCode(SectionId section) {
        return patched.section(section).isText()
                && !patched.arch().isWithoutSymbols(patched.section(section).name());
    }

    private void keep(SectionId section, TableEntry entry) {
        Inclusion.Reason reason = new Inclusion.Reason(
                "its entry at offset " + entry.offset() + " refers to this",
                Optional.of(new Inclusion.OfSection(section)));
        TargetOffsets offsets = patched.arch().targetOffsets(patched.section(section));
        for (Relocation relocation : entry.relocations()) {
            SymbolId symbol = relocation.symbol();
            if (patched.symbol(symbol).isSection()) {
                boolean table = patched.home(symbol).filter(tables::containsKey).isPresent();
                if (table || patched.symbol(symbol).name().equals(patched.arch().replacementCode())) {
                    draft.add(symbol, reason);
                } else {
                    draft.include(symbol, reason);
                }
            } else {
                draft.include(symbol, reason);
            }
            if (tableOf(relocation).isPresent()) {
                request(relocation, offsets.of(relocation));
            }
        }
    }

    /** Marks the entries of tables that newly included sections refer to. */
    private void followReferences() {
        for (; sectionsFollowed < draft.sections().size(); sectionsFollowed++) {
            SectionId id = draft.sections().get(sectionsFollowed);
            if (!(patched.section(id).data() instanceof SectionData.Relocations relocations)
                    || SectionNames.isDebug(patched.baseName(id))) {
                continue;
            }
            TargetOffsets offsets = patched.arch().targetOffsets(patched.section(relocations.target()));
            for (Relocation relocation : relocations.entries()) {
                if (tableOf(relocation).isPresent()) {
                    request(relocation, offsets.of(relocation));
                }
            }
        }
    }

    private Optional<SectionId> tableOf(Relocation relocation) {
        return patched.home(relocation.symbol()).filter(tables::containsKey);
    }

    private void request(Relocation relocation, long targetOffset) {
        tableOf(relocation).ifPresent(section -> {
            Table table = tables.get(section);
            int index =
                    table.entries.indexOf(patched.symbol(relocation.symbol()).value() + targetOffset);
            if (index >= 0) {
                table.requested.set(index);
            }
        });
    }

    private boolean keepReplacements() {
        String code = patched.arch().replacementCode();
        boolean alternatives =
                tables.values().stream().anyMatch(table -> !table.kept.isEmpty() && table.entries.leadsTo(code));
        Optional<SectionId> replacements =
                patched.elf().sectionNamed(code).filter(id -> alternatives && !draft.has(id));
        replacements.ifPresent(id -> {
            Inclusion.Reason reason = Inclusion.Reason.rule("code of alternatives goes along whole");
            draft.include(id, reason);
            for (SymbolId symbol : patched.elf().symbolIds()) {
                if (patched.home(symbol).equals(replacements)) {
                    draft.add(symbol, reason);
                }
            }
        });
        return replacements.isPresent();
    }

    /** What the rules of a table may ask. */
    private final class Context implements TableContext {
        private final SectionId section;

        Context(SectionId section) {
            this.section = section;
        }

        @Override
        public String where() {
            return patched.where(section);
        }

        @Override
        public Symbol symbol(Relocation relocation) {
            return patched.symbol(relocation.symbol());
        }

        @Override
        public boolean isDynamicDebug(Relocation relocation) {
            return SpecialStatics.isDynamicDebug(patched, relocation.symbol());
        }

        @Override
        public Optional<String> owner(Relocation relocation) {
            return lookup.find(relocation.symbol()).map(SymbolLookup.Found::owner);
        }

        @Override
        public TableSetup tableSetup() {
            return target.tableSetup();
        }
    }

    private Map<SectionId, Tables.Rebuilt> rebuild() {
        Map<SectionId, Tables.Rebuilt> rebuilt = new HashMap<>();
        for (Map.Entry<SectionId, Table> each : tables.entrySet()) {
            SectionId id = each.getKey();
            Table table = each.getValue();
            if (table.kept.isEmpty()) {
                continue;
            }
            rebuilt.put(id, rebuild(table));
            takeIn(id);
            table.entries.companion().ifPresent(companion -> {
                rebuilt.put(companion.section(), rebuildCompanion(table, companion));
                takeIn(companion.section());
            });
        }
        return rebuilt;
    }

    private void takeIn(SectionId table) {
        Inclusion.Reason reason = Inclusion.Reason.rule("has entries about code of the patch");
        draft.add(table, reason);
        patched.elf().sectionSymbolOf(table).ifPresent(symbol -> draft.add(symbol, reason));
        patched.elf().relocationSectionOf(table).ifPresent(relocations -> draft.add(relocations, reason));
    }

    private Tables.Rebuilt rebuild(Table table) {
        Bytes old = patched.section(table.entries.section()).bytes();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<Relocation> relocations = new ArrayList<>();
        Tables.Moves moves = new Tables.Moves(old.size());
        for (int i = table.kept.nextSetBit(0); i >= 0; i = table.kept.nextSetBit(i + 1)) {
            TableEntry entry = table.entries.entries().get(i);
            long shift = bytes.size() - entry.offset();
            entry.relocations().forEach(relocation -> relocations.add(relocation.movedBy(shift)));
            bytes.writeBytes(old.slice((int) entry.offset(), (int) (entry.offset() + entry.size()))
                    .toArray());
            moves.append(entry.offset(), entry.size());
        }
        return new Tables.Rebuilt(Bytes.copyOf(bytes.toByteArray()), relocations, moves);
    }

    private Tables.Rebuilt rebuildCompanion(Table table, TableEntries.Companion companion) {
        Bytes old = patched.section(companion.section()).bytes();
        int size = companion.entrySize();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Tables.Moves moves = new Tables.Moves(old.size());
        for (int i = table.kept.nextSetBit(0); i >= 0; i = table.kept.nextSetBit(i + 1)) {
            bytes.writeBytes(old.slice(i * size, (i + 1) * size).toArray());
            moves.append((long) i * size, size);
        }
        return new Tables.Rebuilt(Bytes.copyOf(bytes.toByteArray()), List.of(), moves);
    }

    private Map<SectionId, List<Relocation>> trimDebugSections() {
        Map<SectionId, List<Relocation>> trimmed = new HashMap<>();
        Inclusion.Reason reason = Inclusion.Reason.rule("debug information");
        List<SectionId> debug = new ArrayList<>();
        for (SectionId id : patched.elf().sectionIds()) {
            if (SectionNames.isDebug(patched.baseName(id))) {
                draft.add(id, reason);
                patched.elf().sectionSymbolOf(id).ifPresent(symbol -> draft.add(symbol, reason));
                debug.add(id);
            }
        }
        for (SectionId id : debug) {
            if (patched.section(id).data() instanceof SectionData.Relocations relocations) {
                List<Relocation> kept = relocations.entries().stream()
                        .filter(relocation -> patched.home(relocation.symbol())
                                .filter(draft::has)
                                .isPresent())
                        .toList();
                kept.forEach(relocation -> draft.add(relocation.symbol(), reason));
                trimmed.put(id, kept);
            }
        }
        return trimmed;
    }
}
