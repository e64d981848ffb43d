package io.github.kpatch.diff;

import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.kernel.ParentSymbols;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Which part of the running kernel's symbol table each source file of the original object became. */
final class FileBlocks implements ParentPlaces {
    private final NavigableMap<SymbolId, ParentSymbols.FileBlock> blockFrom;

    /** @param blockFrom the block for each FILE symbol of the original object; it holds up to the next one */
    FileBlocks(Map<SymbolId, ParentSymbols.FileBlock> blockFrom) {
        this.blockFrom = Collections.unmodifiableNavigableMap(new TreeMap<>(blockFrom));
    }

    @Override
    public List<ParentSymbols.Entry> localsNamed(SymbolId original, String name) {
        Map.Entry<SymbolId, ParentSymbols.FileBlock> block = blockFrom.floorEntry(original);
        return block == null ? List.of() : block.getValue().localsNamed(name);
    }
}
