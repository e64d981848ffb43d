package io.github.kpatch.special;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** The tables that several architectures share. Each architecture's file lists its own behind {@link #common}. */
public final class SpecialSections {
    /** An entry of which everything counts. */
    public static final EntryMeaning ALL_COUNTS = EntryMeaning.AboutCode.with();

    /**
     * Pointers to the formats of all messages, for tools that look for changed ones. None of them says which function it
     * is about, so none goes along, which no one misses while the kernel runs.
     */
    public static final SpecialSection PRINTK_INDEX = SpecialSection.ofFixed(
            ".printk_index",
            8,
            new EntryMeaning.OfNoCode(
                    "lists the formats of messages for tools; the code has its own reference to each"));

    /** How to unwind the stack at each instruction, without frame pointers. */
    public static final SpecialSection ORC_UNWIND = new PlainTable(
            ".orc_unwind_ip", new EntryLayout.Paired(4, ".orc_unwind", "orc_entry"), Map.of(4, ALL_COUNTS));

    private static final String FIXUP_CODE = ".fixup";

    /** Out-of-line code that the exception table leads to; gone from x86 in 5.17. */
    private static final SpecialSection FIXUP = new PlainTable(
            FIXUP_CODE,
            new EntryLayout.DelimitedBy("__ex_table"),
            Map.of(0, new EntryMeaning.OfNoCode("counts for the entry of __ex_table that leads to it")));

    /**
     * {@code struct bug_entry}, with relative pointers and, with {@code CONFIG_DEBUG_BUGVERBOSE}, file and line. {@code
     * BUGFLAG_DONE} is bit 2 of the flags, which come last.
     */
    private static final SpecialSection BUGS = SpecialSection.ofStructures(
            "__bug_table",
            new EntryLayout.Struct("bug_entry"),
            Map.of(
                    8,
                    EntryMeaning.AboutCode.with(done(4)),
                    12,
                    EntryMeaning.AboutCode.with(
                            new EntryMeaning.NotCounted(4, 10, "file and line: only the report of a bug names them"),
                            done(10))));

    /**
     * {@code struct exception_table_entry}: the instruction that may fault, where to go on, and how, which is a type or
     * the address of a handler.
     */
    private static final SpecialSection EXCEPTIONS = SpecialSection.ofStructures(
            "__ex_table",
            new EntryLayout.Struct("exception_table_entry"),
            Map.of(
                    8, EntryMeaning.AboutCode.with(fixupAt(4)),
                    12, EntryMeaning.AboutCode.with(fixupAt(4))));

    private SpecialSections() {}

    private static EntryMeaning.Part done(int flagsAt) {
        return new EntryMeaning.BitsNotCounted(flagsAt, 1 << 2, "BUGFLAG_DONE: the kernel sets it when it has warned");
    }

    private static EntryMeaning.Part fixupAt(int at) {
        return new EntryMeaning.OutOfLine(at, FIXUP_CODE, OptionalInt.empty());
    }

    /** The tables every architecture has, then {@code own}. */
    public static List<SpecialSection> common(SpecialSection... own) {
        return Stream.concat(Stream.of(BUGS, FIXUP, EXCEPTIONS, new JumpTable()), Stream.of(own))
                .toList();
    }
}
