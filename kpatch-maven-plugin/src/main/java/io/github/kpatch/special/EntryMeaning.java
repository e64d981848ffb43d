package io.github.kpatch.special;

import java.util.List;
import java.util.OptionalInt;

/** What the entries of a table mean when two builds of it are compared. A closed set: the differ must know each kind. */
public sealed interface EntryMeaning {
    /**
     * Each entry says something about one instruction. All of it counts, bytes and what relocations refer to, except as
     * said here.
     *
     * @param codeAt where in the entry the reference to the instruction is, in bytes
     * @param parts what of an entry does not count, or counts otherwise
     */
    record AboutCode(int codeAt, List<Part> parts) implements EntryMeaning {
        public AboutCode {
            parts = List.copyOf(parts);
        }

        /** Entries that begin with the reference to the instruction. */
        public static AboutCode with(Part... parts) {
            return new AboutCode(0, List.of(parts));
        }
    }

    /**
     * The entries say nothing about code by themselves, so that a difference is none.
     *
     * @param reason why that is so
     */
    record OfNoCode(String reason) implements EntryMeaning {}

    /** A part of an entry that does not count as it stands. */
    sealed interface Part {}

    /**
     * Bytes, with what relocations in them refer to, that do not count.
     *
     * @param from where they begin in the entry
     * @param to where they end, excluded
     * @param reason why nothing is lost
     */
    record NotCounted(int from, int to, String reason) implements Part {}

    /**
     * Bits of one byte that do not count.
     *
     * @param at the byte's place in the entry
     * @param bits the bits
     * @param reason why nothing is lost
     */
    record BitsNotCounted(int at, int bits, String reason) implements Part {}

    /**
     * A reference to code that has no symbol and moves freely, which counts by the instructions it leads to.
     *
     * @param at where the reference is in the entry
     * @param section the section that the code lies in; a reference to elsewhere counts as any other
     * @param lengthAt the byte of the entry that holds the code's length; empty where the section is itself a table,
     *     whose entry at that place says it
     */
    record OutOfLine(int at, String section, OptionalInt lengthAt) implements Part {}
}
