package io.github.kpatch.special;

/**
 * A table without rules of its own: an entry goes where its function goes.
 *
 * @param name the section's name
 * @param entries how it is divided
 */
record PlainTable(String name, EntryLayout entries) implements SpecialSection {
    @Override
    public Verdict judge(TableEntry entry, TableContext context) {
        return new Verdict.Keep();
    }
}
