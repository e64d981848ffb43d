package io.github.kpatch.diff;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the source files of the original object in the running kernel's symbol table.
 *
 * <p>Local names are not unique: a vmlinux has dozens of {@code dev.c} and of functions called {@code show}. The table is
 * divided by FILE symbols, and the block that belongs to this object is the one with exactly its local functions and
 * variables. An object may be made from several sources and so have several blocks. That no block fits means that the
 * kernel was built from something else, or does not contain this source at all.
 *
 * <p>The linker may drop some helper symbols, so these count neither way. Nor do the symbols of padding: objtool adds them
 * to what the linker made, behind the last block.
 *
 * <p>A kernel object as it is shipped has no FILE symbols; {@link LocateInImage} does without them.
 */
final class LocateInParent {
    private static final List<String> DROPPED_PREFIXES = List.of(
            "__exitcall_",
            "__brk_reservation_fn_",
            "__func_stack_frame_non_standard_",
            "__trace_check",
            ".L.str",
            ".L__const");

    private final Unit original;
    private final DiffTarget target;

    private LocateInParent(Unit original, DiffTarget target) {
        this.original = original;
        this.target = target;
    }

    /**
     * The blocks of the sources of {@code original}.
     *
     * @throws ProblemException when a source is not in the kernel object, or cannot be told from another
     */
    static ParentPlaces of(Unit original, DiffTarget target) {
        if (target.linked().isPresent()) {
            return LocateInImage.of(original, target);
        }
        LocateInParent pass = new LocateInParent(original, target);
        ElfObject elf = original.elf();
        Map<SymbolId, ParentSymbols.FileBlock> blocks = new HashMap<>();
        for (SymbolId id : elf.symbolIds()) {
            if (elf.symbol(id).type().equals(SymbolType.FILE)) {
                blocks.put(id, pass.block(id.index()));
            }
        }
        return new FileBlocks(blocks);
    }

    private record Local(SymbolType type, String name) {}

    private ParentSymbols.FileBlock block(int file) {
        Set<Local> locals = new HashSet<>();
        List<Symbol> symbols = original.elf().symbols();
        for (int i = file + 1; i < symbols.size() && !symbols.get(i).type().equals(SymbolType.FILE); i++) {
            Symbol symbol = symbols.get(i);
            boolean counts = symbol.isLocal()
                    && (symbol.isFunction() || symbol.isObject())
                    && !original.arch().isPrefixName(symbol.name());
            if (counts) {
                locals.add(new Local(symbol.type(), symbol.name()));
            }
        }
        String name = symbols.get(file).name();
        Set<Local> lasting = new HashSet<>(locals);
        lasting.removeIf(local -> mayBeDropped(local.name()));
        List<ParentSymbols.FileBlock> candidates = target.symbols().blocksNamed(name);
        List<ParentSymbols.FileBlock> matching = new ArrayList<>();
        Optional<String> difference = Optional.empty();
        for (ParentSymbols.FileBlock candidate : candidates) {
            Optional<String> mismatch = mismatch(locals, lasting, candidate);
            if (mismatch.isEmpty()) {
                matching.add(candidate);
            } else if (difference.isEmpty()) {
                difference = mismatch;
            }
        }
        if (matching.isEmpty()) {
            throw notInParent(name, candidates.size(), difference);
        }
        if (matching.size() > 1 && !lasting.isEmpty()) {
            throw ProblemException.input(
                    ProblemCode.SYMBOL_AMBIGUOUS,
                    original.name(),
                    target.parent().name() + " contains " + matching.size() + " source files " + name
                            + " with the same local symbols.");
        }
        return matching.get(0);
    }

    private Optional<String> mismatch(Set<Local> locals, Set<Local> lasting, ParentSymbols.FileBlock candidate) {
        Set<Local> present = new HashSet<>();
        for (ParentSymbols.Entry entry : candidate.entries()) {
            boolean counts = entry.isLocal()
                    && !original.arch().isPrefixName(entry.name())
                    && (entry.type().equals(SymbolType.FUNC) || entry.type().equals(SymbolType.OBJECT));
            if (counts) {
                Local local = new Local(entry.type(), entry.name());
                present.add(local);
                if (!locals.contains(local)) {
                    return Optional.of("it has " + entry.name() + ", which the object has not");
                }
            }
        }
        return lasting.stream()
                .filter(local -> !present.contains(local))
                .map(Local::name)
                .min(String::compareTo)
                .map(name -> "it lacks " + name);
    }

    static boolean mayBeDropped(String name) {
        return DROPPED_PREFIXES.stream().anyMatch(name::startsWith)
                || name.contains("__addressable_")
                || name.contains("__UNIQUE_ID_")
                || SectionNames.isSanitizerData(name);
    }

    private ProblemException notInParent(String file, int candidates, Optional<String> difference) {
        String what = candidates == 0
                ? target.parent().name() + " contains no source file " + file + "."
                : target.parent().name() + " contains "
                        + (candidates == 1 ? "a source file " : candidates + " source files ")
                        + file + ", but not this one"
                        + difference
                                .filter(reason -> candidates == 1)
                                .map(reason -> ": " + reason)
                                .orElse("")
                        + ".";
        return ProblemException.input(Problem.of(ProblemCode.PARENT_MISMATCH, original.name(), what));
    }
}
