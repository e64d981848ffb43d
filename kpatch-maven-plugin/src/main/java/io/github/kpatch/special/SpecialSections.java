package io.github.kpatch.special;

import java.util.List;
import java.util.stream.Stream;

/** The tables that several architectures share. Each architecture's file lists its own behind {@link #common}. */
public final class SpecialSections {
    /**
     * Pointers to the formats of all messages, for tools that look for changed ones. None of them says which function it
     * is about, so none goes along, which no one misses while the kernel runs.
     */
    public static final SpecialSection PRINTK_INDEX = SpecialSection.plain(".printk_index", new EntryLayout.Fixed(8));

    /** How to unwind the stack at each instruction, without frame pointers. */
    public static final SpecialSection ORC_UNWIND =
            SpecialSection.plain(".orc_unwind_ip", new EntryLayout.Paired(4, ".orc_unwind", "orc_entry"));

    /** Out-of-line code that the exception table leads to; gone from x86 in 5.17. */
    private static final SpecialSection FIXUP =
            SpecialSection.plain(".fixup", new EntryLayout.DelimitedBy("__ex_table"));

    private SpecialSections() {}

    /** The tables every architecture has, then {@code own}. */
    public static List<SpecialSection> common(SpecialSection... own) {
        return Stream.concat(
                        Stream.of(
                                SpecialSection.plain("__bug_table", new EntryLayout.Struct("bug_entry")),
                                FIXUP,
                                SpecialSection.plain("__ex_table", new EntryLayout.Struct("exception_table_entry")),
                                new JumpTable()),
                        Stream.of(own))
                .toList();
    }
}
