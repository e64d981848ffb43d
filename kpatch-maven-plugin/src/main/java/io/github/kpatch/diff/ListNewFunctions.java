package io.github.kpatch.diff;

import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SymbolId;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Names the functions that come with the patch, for a person to check against the source. Pieces of functions, padding
 * marks and second names of one function say nothing to such a person.
 */
final class ListNewFunctions {
    private ListNewFunctions() {}

    /** The new functions, in the order of the symbol table. */
    static List<String> in(Changes changes, Inclusion inclusion) {
        Unit patched = changes.patched();
        return IntStream.range(1, patched.elf().symbols().size())
                .mapToObj(SymbolId::new)
                .filter(id -> patched.symbol(id).isFunction()
                        && changes.of(id) == Status.NEW
                        && inclusion.has(id)
                        && patched.home(id).filter(inclusion::has).isPresent()
                        && patched.families().parent(id).isEmpty()
                        && !patched.bundles().isPrefix(id)
                        && !isSecondName(patched, id))
                .map(id -> patched.symbol(id).name())
                .toList();
    }

    private static boolean isSecondName(Unit patched, SymbolId id) {
        Optional<SectionId> home = patched.home(id);
        return home.flatMap(patched.bundles()::owner).isPresent() && !patched.isBundled(id);
    }
}
