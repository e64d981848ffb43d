package io.github.kpatch.diff;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The symbols of one section by the bytes they cover. Symbols may overlap (aliases); the first of the symbol table
 * wins, as it does in the tools of the field.
 */
final class SymbolsByOffset {
    private record Span(long start, long end, SymbolId symbol) {}

    private final Span[] spans;
    /** The highest end among the spans up to each index: walking down may stop where it is not beyond the offset. */
    private final long[] highestEnd;

    private final Optional<SymbolId> endsAtSectionEnd;

    SymbolsByOffset(ElfObject elf, SectionId section, List<SymbolId> symbols, Architecture arch) {
        long size = elf.section(section).data().size();
        Span[] all = new Span[symbols.size()];
        int count = 0;
        for (SymbolId id : symbols) {
            Symbol symbol = elf.symbol(id);
            if (!arch.isMappingSymbol(symbol)) {
                all[count++] = new Span(symbol.value(), symbol.value() + symbol.size(), id);
            }
        }
        spans = Stream.of(all)
                .limit(count)
                .sorted(Comparator.comparingLong(Span::start).thenComparing(Span::symbol))
                .toArray(Span[]::new);
        highestEnd = new long[count];
        long highest = Long.MIN_VALUE;
        for (int i = 0; i < count; i++) {
            highest = Math.max(highest, spans[i].end());
            highestEnd[i] = highest;
        }
        endsAtSectionEnd = Stream.of(spans)
                .filter(span -> span.end() == size)
                .map(Span::symbol)
                .min(SymbolId::compareTo);
    }

    boolean isEmpty() {
        return spans.length == 0;
    }

    /**
     * The first symbol that covers {@code offset}, or is empty and stands there.
     *
     * @param orEnd whether a symbol that ends where the section ends counts as well
     */
    Optional<SymbolId> at(long offset, boolean orEnd) {
        SymbolId first = orEnd ? endsAtSectionEnd.orElse(null) : null;
        for (int i = lastStartingBy(offset); i >= 0 && highestEnd[i] >= offset; i--) {
            Span span = spans[i];
            boolean covers = offset < span.end() || (span.start() == offset && span.end() == offset);
            if (covers && (first == null || span.symbol().compareTo(first) < 0)) {
                first = span.symbol();
            }
        }
        return Optional.ofNullable(first);
    }

    private int lastStartingBy(long offset) {
        int low = 0;
        int high = spans.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (spans[middle].start() <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }
}
