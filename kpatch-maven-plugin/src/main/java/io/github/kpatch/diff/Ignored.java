package io.github.kpatch.diff;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SymbolId;
import java.util.Set;

/**
 * What of the patched object takes no part in the comparison.
 *
 * @param sections sections whose differences say nothing; never relocation sections
 * @param functions functions that the patch's author wants left as they are
 * @param authorMarks symbols that exist only to carry such wishes
 * @param literals string sections that must go along because such a wish changed them
 * @param namespaces the {@code import_ns=} strings of the patched object's module information, each with its NUL
 */
record Ignored(
        Set<SectionId> sections,
        Set<SymbolId> functions,
        Set<SymbolId> authorMarks,
        Set<SectionId> literals,
        Bytes namespaces) {
    Ignored {
        sections = Set.copyOf(sections);
        functions = Set.copyOf(functions);
        authorMarks = Set.copyOf(authorMarks);
        literals = Set.copyOf(literals);
    }
}
