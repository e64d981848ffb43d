package io.github.kpatch.diff;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SymbolId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds code that stayed as it was while what the kernel's tables say about it changed.
 *
 * <p>The branch of a static key is a no-op of five bytes, and which key it obeys stands in {@code __jump_table} alone.
 * Likewise {@code WARN_ON()} and {@code WARN_ON_ONCE()} are the same instruction and differ in the flags of a {@code
 * __bug_table} entry. Both tables go along entry by entry with the functions that changed, so without this pass nobody
 * would notice that such a function was left behind. Lines, which stand in the same entries, say nothing.
 */
final class FollowTableEntries {
    private static final String JUMP_TABLE = "__jump_table";
    private static final String BUG_TABLE = "__bug_table";
    /** An entry with relative addresses of instruction and file, line and flags. */
    private static final int BUG_ENTRY_SIZE = 12;

    private static final int BUG_FLAGS = 10;

    private final Correlation twins;

    FollowTableEntries(Correlation twins) {
        this.twins = twins;
    }

    /**
     * What a table says about one instruction.
     *
     * @param offset of the instruction in its section
     * @param key the static key it obeys, else the null symbol
     * @param value the key's addend, which says for which value the branch is taken, else the flags
     */
    private record Entry(long offset, SymbolId key, long value) {}

    /**
     * The sections of code about which something changed.
     *
     * @param bugEntrySize the size in bytes of the kernel's {@code struct bug_entry}; 0 where it is not known
     */
    Set<SectionId> affected(int bugEntrySize) {
        Set<SectionId> affected = differing(keys(twins.original()), keys(twins.patched()));
        if (bugEntrySize == BUG_ENTRY_SIZE) {
            affected.addAll(differing(flags(twins.original()), flags(twins.patched())));
        }
        return affected;
    }

    private Set<SectionId> differing(Map<SectionId, List<Entry>> original, Map<SectionId, List<Entry>> patched) {
        Set<SectionId> described = new HashSet<>(patched.keySet());
        original.keySet().forEach(id -> twins.sections().patched(id).ifPresent(described::add));
        described.removeIf(id -> twins.sections()
                .original(id)
                .map(twin -> same(original.getOrDefault(twin, List.of()), patched.getOrDefault(id, List.of())))
                .orElse(true));
        return described;
    }

    private boolean same(List<Entry> original, List<Entry> patched) {
        if (original.size() != patched.size()) {
            return false;
        }
        for (int i = 0; i < patched.size(); i++) {
            if (!same(original.get(i), patched.get(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean same(Entry original, Entry patched) {
        return original.offset() == patched.offset()
                && original.value() == patched.value()
                && RelocationEquality.sameNamed(twins, original.key(), patched.key());
    }

    /** Each entry has three relocations: code, target and key. */
    private static Map<SectionId, List<Entry>> keys(Unit unit) {
        Map<SectionId, List<Entry>> keys = new HashMap<>();
        List<Relocation> relocations = relocations(unit, JUMP_TABLE);
        for (int i = 0; i + 2 < relocations.size(); i += 3) {
            Relocation key = relocations.get(i + 2);
            place(unit, relocations.get(i), keys)
                    .ifPresent(place -> place.entries().add(new Entry(place.offset(), key.symbol(), key.addend())));
        }
        return keys;
    }

    private static Map<SectionId, List<Entry>> flags(Unit unit) {
        Map<SectionId, List<Entry>> flags = new HashMap<>();
        Bytes bytes = unit.elf()
                .sectionNamed(BUG_TABLE)
                .map(id -> unit.section(id).bytes())
                .orElse(Bytes.EMPTY);
        for (Relocation relocation : relocations(unit, BUG_TABLE)) {
            long entry = relocation.offset();
            if (entry % BUG_ENTRY_SIZE == 0 && entry >= 0 && entry <= bytes.size() - BUG_ENTRY_SIZE) {
                int value = bytes.buffer(unit.elf().header().order()).getShort((int) entry + BUG_FLAGS);
                place(unit, relocation, flags)
                        .ifPresent(place -> place.entries().add(new Entry(place.offset(), SymbolId.NULL, value)));
            }
        }
        return flags;
    }

    private static List<Relocation> relocations(Unit unit, String table) {
        return unit.elf().sectionNamed(table).map(unit.elf()::relocationsOf).orElse(List.of());
    }

    private record Place(List<Entry> entries, long offset) {}

    private static Optional<Place> place(Unit unit, Relocation code, Map<SectionId, List<Entry>> entries) {
        return unit.home(code.symbol())
                .map(home -> new Place(
                        entries.computeIfAbsent(home, key -> new ArrayList<>()),
                        unit.symbol(code.symbol()).value() + code.addend()));
    }
}
