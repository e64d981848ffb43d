package io.github.kpatch.kernelimage;

import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionHeader;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * The table of symbols that a kernel carries for its own use, and in which livepatch looks names up. With {@code
 * CONFIG_KALLSYMS_ALL}, which live patching demands, it holds every function and variable.
 *
 * <p>It is found by its structure, for nothing in a stripped vmlinux names it and its parts were moved twice. They stand
 * in one section, each aligned to 8 bytes, or 4 since 7.0: the number of symbols and their packed names; a marker for each 256th name,
 * its offset among the names; 256 tokens, the texts that a byte of a packed name stands for, and the offset of each
 * token. The addresses precede these (to 6.4) or follow them: an offset for each symbol, and the base that the offsets
 * are relative to, or since 7.0 no base, for each is relative to its own place. Each part says where the parts beside it begin and end, so that no other data passes for them.
 *
 * <p>Source of the rules: {@code scripts/kallsyms.c} writes the table, {@code kernel/kallsyms.c} reads it.
 */
public final class Kallsyms {
    private static final int TOKENS = 256;
    private static final int INDEX_SIZE = TOKENS * Short.BYTES;
    private static final int LONGEST_TOKEN = 512;
    private static final int LONGEST_NAME = 1024;
    private static final int[] ALIGNMENTS = {Long.BYTES, Integer.BYTES};
    private static final int MARKED = 256;
    private static final int MOST_SYMBOLS = 1 << 22;

    private final ByteBuffer bytes;
    private final long start;
    private final int alignment;
    private final List<SectionHeader> loaded;
    private final List<String> tokens = new ArrayList<>(TOKENS);
    private final List<String> names = new ArrayList<>();
    private long[] addresses = new long[0];

    /**
     * @param start the address of the bytes
     * @param alignment of each part, and the size of the number of symbols
     */
    private Kallsyms(ByteBuffer bytes, long start, int alignment, List<SectionHeader> loaded) {
        this.bytes = bytes;
        this.start = start;
        this.alignment = alignment;
        this.loaded = loaded;
    }

    /**
     * One symbol.
     *
     * @param type the letter that {@code nm} gives it, a capital one where it is visible outside its source file: {@code
     *     t} for code, {@code r}, {@code d} and {@code b} for data, {@code w} and {@code v} for weak ones, {@code a} for
     *     numbers
     * @param name its name
     * @param address its address; of a variable that each processor has its own copy of, the offset among those
     */
    public record Symbol(char type, String name, long address) {}

    /**
     * The symbols of a kernel, in the order in which livepatch counts those of one name: by address.
     *
     * @param vmlinux a kernel, with its section headers; may be stripped
     * @throws ProblemException with {@link ProblemCode#KALLSYMS_UNREADABLE} when the table is not found
     */
    public static List<Symbol> of(ElfFile vmlinux) {
        List<SectionHeader> loaded = vmlinux.sections().stream()
                .filter(section -> (section.flags() & SectionFlags.ALLOC) != 0)
                .toList();
        for (SectionHeader section : loaded) {
            boolean data = section.type().equals(SectionType.PROGBITS)
                    && (section.flags() & SectionFlags.EXECINSTR) == 0
                    && section.address() % Long.BYTES == 0;
            if (data) {
                ByteBuffer contents = vmlinux.contents(section);
                for (int alignment : ALIGNMENTS) {
                    Kallsyms table = new Kallsyms(contents, section.address(), alignment, loaded);
                    if (table.find()) {
                        return table.symbols();
                    }
                }
            }
        }
        throw ProblemException.input(
                ProblemCode.KALLSYMS_UNREADABLE,
                vmlinux.name(),
                "No section holds a table of symbols in a form that is known.");
    }

    private List<Symbol> symbols() {
        List<Symbol> symbols = new ArrayList<>(names.size());
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            symbols.add(new Symbol(name.charAt(0), name.substring(1), addresses[i]));
        }
        return symbols;
    }

    private boolean find() {
        for (int index = 0; index <= bytes.limit() - INDEX_SIZE; index += alignment) {
            if (isTokenIndex(index) && findBefore(index)) {
                return true;
            }
        }
        return false;
    }

    private int unsignedShort(int at) {
        return Short.toUnsignedInt(bytes.getShort(at));
    }

    private boolean isTokenIndex(int at) {
        if (bytes.getShort(at) != 0) {
            return false;
        }
        for (int i = 1; i < TOKENS; i++) {
            if (unsignedShort(at + i * Short.BYTES) <= unsignedShort(at + (i - 1) * Short.BYTES)) {
                return false;
            }
        }
        return true;
    }

    private boolean findBefore(int index) {
        int lastToken = unsignedShort(index + INDEX_SIZE - Short.BYTES);
        int nearest = aligned(index - lastToken - alignment);
        int furthest = Math.max(0, index - lastToken - LONGEST_TOKEN);
        for (int table = nearest; table >= furthest; table -= alignment) {
            if (readTokens(table, index) && findNames(table, index + INDEX_SIZE)) {
                return true;
            }
        }
        return false;
    }

    private boolean readTokens(int table, int index) {
        tokens.clear();
        int at = table;
        for (int i = 0; i < TOKENS; i++) {
            if (at - table != unsignedShort(index + i * Short.BYTES)) {
                return false;
            }
            StringBuilder token = new StringBuilder();
            while (at < index && bytes.get(at) != 0) {
                token.append((char) (bytes.get(at++) & 0xff));
            }
            if (at == index) {
                return false;
            }
            at++;
            tokens.add(token.toString());
        }
        return aligned(at) == index && isZero(at, index);
    }

    private boolean isZero(int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean findNames(int tokenTable, int behindTokens) {
        for (int number = 0; number < tokenTable - alignment; number += alignment) {
            long count = alignment == Long.BYTES ? bytes.getLong(number) : bytes.getInt(number);
            boolean possible = count > 0 && count <= MOST_SYMBOLS && count * 2 < tokenTable - number;
            if (possible && readNames(number + alignment, (int) count, tokenTable)) {
                Optional<long[]> before = addresses(number - Long.BYTES - aligned(names.size() * Integer.BYTES));
                int afterTokens = aligned(behindTokens);
                Optional<long[]> behind = addresses(afterTokens).or(() -> addressesFromTheirPlaces(afterTokens));
                if (before.isPresent() != behind.isPresent()) {
                    addresses = before.or(() -> behind).orElseThrow();
                    return true;
                }
            }
        }
        return false;
    }

    /** Reads {@code count} names if there are as many, followed by the markers that fit them. */
    private boolean readNames(int from, int count, int end) {
        names.clear();
        int[] marked = new int[(count + MARKED - 1) / MARKED];
        int at = from;
        for (int i = 0; i < count; i++) {
            if (i % MARKED == 0) {
                marked[i / MARKED] = at - from;
            }
            if (at + 2 > end) {
                return false;
            }
            int length = bytes.get(at++) & 0xff;
            // Since 6.1 a name may take more than 127 bytes: the length then takes two, seven bits each.
            if (length >= 0x80) {
                length = (length & 0x7f) | ((bytes.get(at++) & 0xff) << 7);
            }
            if (length == 0 || length > end - at) {
                return false;
            }
            StringBuilder name = new StringBuilder();
            for (int part = 0; part < length && name.length() <= LONGEST_NAME; part++) {
                name.append(tokens.get(bytes.get(at + part) & 0xff));
            }
            if (name.length() < 2 || name.length() > LONGEST_NAME || !Character.isLetter(name.charAt(0))) {
                return false;
            }
            names.add(name.toString());
            at += length;
        }
        return areMarkers(aligned(at), marked, Integer.BYTES, end) || areMarkers(aligned(at), marked, Long.BYTES, end);
    }

    /**
     * Markers are numbers of 4 bytes, and of 8 before 4.20. The tokens come next; between them stood, from 6.2 to 6.4, the
     * order of the symbols by name, three bytes each.
     */
    private boolean areMarkers(int from, int[] marked, int width, int end) {
        long behind = aligned((long) from + (long) marked.length * width);
        if (behind != end && behind + aligned(names.size() * 3L) != end) {
            return false;
        }
        for (int i = 0; i < marked.length; i++) {
            int at = from + i * width;
            long marker = width == Long.BYTES ? bytes.getLong(at) : Integer.toUnsignedLong(bytes.getInt(at));
            if (marker != marked[i]) {
                return false;
            }
        }
        return true;
    }

    /** The addresses that stand at {@code from}, if they are any: they ascend, and the base is one of this kernel's. */
    private Optional<long[]> addresses(int from) {
        int count = names.size();
        long base = (long) from + aligned(count * Integer.BYTES);
        if (from < 0 || base > bytes.limit() - Long.BYTES || !isLoaded(bytes.getLong((int) base))) {
            return Optional.empty();
        }
        long relativeTo = bytes.getLong((int) base);
        long[] signed = new long[count];
        long[] unsigned = new long[count];
        for (int i = 0; i < count; i++) {
            int offset = bytes.getInt(from + i * Integer.BYTES);
            // CONFIG_KALLSYMS_ABSOLUTE_PERCPU: a number that is not negative is the address itself.
            signed[i] = offset >= 0 ? offset : relativeTo - 1 - offset;
            unsigned[i] = relativeTo + Integer.toUnsignedLong(offset);
        }
        // Both ascend where no offset is negative: without that option, for with it every function has a negative one.
        if (ascend(unsigned)) {
            return Optional.of(unsigned);
        }
        return ascend(signed) ? Optional.of(signed) : Optional.empty();
    }

    /** Those of which each is relative to its own place. What follows them, the order of the names, says that they are. */
    private Optional<long[]> addressesFromTheirPlaces(int from) {
        int count = names.size();
        long order = (long) from + aligned(count * Integer.BYTES);
        if (order > bytes.limit() - count * 3L || !isOrder((int) order)) {
            return Optional.empty();
        }
        long[] absolute = new long[count];
        for (int i = 0; i < count; i++) {
            int place = from + i * Integer.BYTES;
            absolute[i] = start + place + bytes.getInt(place);
        }
        return ascend(absolute) && isLoaded(absolute[0]) ? Optional.of(absolute) : Optional.empty();
    }

    /** Whether each symbol has its number here, of three bytes, the high one first on every machine. */
    private boolean isOrder(int from) {
        BitSet seen = new BitSet(names.size());
        for (int i = 0; i < names.size(); i++) {
            int at = from + 3 * i;
            seen.set((bytes.get(at) & 0xff) << 16 | (bytes.get(at + 1) & 0xff) << 8 | (bytes.get(at + 2) & 0xff));
        }
        return seen.cardinality() == names.size() && seen.length() == names.size();
    }

    private static boolean ascend(long[] numbers) {
        for (int i = 1; i < numbers.length; i++) {
            if (Long.compareUnsigned(numbers[i - 1], numbers[i]) > 0) {
                return false;
            }
        }
        return true;
    }

    private boolean isLoaded(long address) {
        return address != 0
                && loaded.stream()
                        .anyMatch(section -> Long.compareUnsigned(address, section.address()) >= 0
                                && Long.compareUnsigned(address, section.address() + section.size()) < 0);
    }

    private int aligned(int size) {
        return (size + alignment - 1) & -alignment;
    }

    private long aligned(long size) {
        return (size + alignment - 1) & -alignment;
    }
}
