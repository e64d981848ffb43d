package io.github.kpatch.special;

import java.util.Map;
import java.util.Optional;

/**
 * A table without rules of its own: an entry goes where its function goes.
 *
 * @param name the section's name
 * @param entries how it is divided
 * @param meanings what an entry says, by its size in bytes
 */
record PlainTable(String name, EntryLayout entries, Map<Integer, EntryMeaning> meanings) implements SpecialSection {
    PlainTable {
        meanings = Map.copyOf(meanings);
    }

    @Override
    public Optional<EntryMeaning> meaning(int size) {
        return Optional.ofNullable(meanings.get(size));
    }

    @Override
    public Verdict judge(TableEntry entry, TableContext context) {
        return new Verdict.Keep();
    }
}
