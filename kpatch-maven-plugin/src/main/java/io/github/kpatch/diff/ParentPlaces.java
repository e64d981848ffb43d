package io.github.kpatch.diff;

import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.kernel.ParentSymbols;
import java.util.List;

/** Which of the running kernel's symbols the local symbols of the original object became. */
interface ParentPlaces {
    /**
     * The parent's symbols that a local symbol may have become.
     *
     * @param original a symbol of the original object
     * @param name the name to look for
     * @return empty where the symbol is not local, or the parent has none of that name from this source
     * @throws io.github.kpatch.problem.ProblemException when the parent has some and nothing tells which it is
     */
    List<ParentSymbols.Entry> localsNamed(SymbolId original, String name);
}
