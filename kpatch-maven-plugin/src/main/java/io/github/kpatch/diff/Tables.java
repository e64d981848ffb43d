package io.github.kpatch.diff;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.problem.Problem;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The tables about code with nothing left in them but what describes the patch.
 *
 * @param inclusion everything that goes in, now complete
 * @param kept each table of which something is left
 * @param dropped the tables of which nothing is left; a difference in them says nothing
 * @param rejected why functions that are in cannot go along with what tables say about them
 * @param debugRelocations the relocations of debug sections that still have something to refer to, by relocation section
 */
record Tables(
        Inclusion inclusion,
        Map<SectionId, Rebuilt> kept,
        Set<SectionId> dropped,
        List<Problem> rejected,
        Map<SectionId, List<Relocation>> debugRelocations) {
    Tables {
        kept = Map.copyOf(kept);
        dropped = Set.copyOf(dropped);
        rejected = List.copyOf(rejected);
        debugRelocations = Map.copyOf(debugRelocations);
    }

    /**
     * One table with what is left of it.
     *
     * @param bytes its bytes
     * @param relocations its relocations, offsets in the new bytes
     * @param moves where each run of bytes that is left began, and begins now
     */
    record Rebuilt(Bytes bytes, List<Relocation> relocations, Moves moves) {
        Rebuilt {
            relocations = List.copyOf(relocations);
        }
    }

    /** Where the bytes of a table went. */
    static final class Moves {
        private record Run(long oldStart, long size, long newStart) {}

        private final NavigableMap<Long, Run> runs = new TreeMap<>();
        private final long oldEnd;
        private long newEnd;

        /** @param oldSize how long the table was */
        Moves(long oldSize) {
            this.oldEnd = oldSize;
        }

        /** Records the next run that is left. */
        void append(long oldStart, long size) {
            runs.put(oldStart, new Run(oldStart, size, newEnd));
            newEnd += size;
        }

        /** Where the byte at {@code oldOffset} is now; the table's end moves to the new end. */
        Optional<Long> moved(long oldOffset) {
            Map.Entry<Long, Run> floor = runs.floorEntry(oldOffset);
            if (floor != null
                    && oldOffset
                            < floor.getValue().oldStart() + floor.getValue().size()) {
                return Optional.of(oldOffset
                        - floor.getValue().oldStart()
                        + floor.getValue().newStart());
            }
            return oldOffset == oldEnd ? Optional.of(newEnd) : Optional.empty();
        }
    }
}
