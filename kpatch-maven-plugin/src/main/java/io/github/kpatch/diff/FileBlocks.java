package io.github.kpatch.diff;

import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.kernel.ParentSymbols;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Which part of the running kernel's symbol table each source file of the original object became. */
final class FileBlocks {
    private final NavigableMap<SymbolId, ParentSymbols.FileBlock> blockFrom;

    /** @param blockFrom the block for each FILE symbol of the original object; it holds up to the next one */
    FileBlocks(Map<SymbolId, ParentSymbols.FileBlock> blockFrom) {
        this.blockFrom = Collections.unmodifiableNavigableMap(new TreeMap<>(blockFrom));
    }

    /** The block that {@code symbol}, one of the original object, is in. */
    Optional<ParentSymbols.FileBlock> of(SymbolId symbol) {
        return Optional.ofNullable(blockFrom.floorEntry(symbol)).map(Map.Entry::getValue);
    }
}
