package io.github.kpatch.kernel;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Where a kernel that tracks indirect branches lets them land: the functions whose mark it has and keeps. The compiler
 * marks more than that, and the kernel wipes out at boot what it has found to be called by name only, so neither the source
 * nor the object of one file says it; the built kernel does.
 */
public final class BranchTargets {
    private static final int HEXADECIMAL = 16;

    private final Set<Long> addresses;

    /**
     * @param addresses of the functions that keep their mark
     */
    public BranchTargets(Set<Long> addresses) {
        this.addresses = Set.copyOf(addresses);
    }

    /**
     * Reads what {@link #toText} wrote.
     *
     * @param where what to call the text in messages
     * @throws ProblemException KP218 when it is none
     */
    public static BranchTargets ofText(String where, byte[] text) {
        try {
            return new BranchTargets(new String(text, StandardCharsets.ISO_8859_1)
                    .lines()
                    .map(line -> Long.parseUnsignedLong(line, HEXADECIMAL))
                    .collect(Collectors.toSet()));
        } catch (NumberFormatException e) {
            throw ProblemException.input(ProblemCode.CACHE_DAMAGED, where, "It is no list of addresses.");
        }
    }

    /** One address a line, hexadecimal, in order. */
    public byte[] toText() {
        return new TreeSet<>(addresses)
                .stream()
                        .map(address -> Long.toHexString(address) + "\n")
                        .collect(Collectors.joining())
                        .getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Whether an indirect branch may land at {@code address}. */
    public boolean contains(long address) {
        return addresses.contains(address);
    }
}
