package io.github.kpatch.diff;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.RawSymbol;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.kernelimage.LinkedObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds the functions and variables of the original object in a kernel object as it is shipped, whose table does not say
 * which source file a local symbol is of.
 *
 * <p>Nothing is guessed. A global function is where the table has its name, for there is one of it. Its code there is the
 * original object's code with the addresses filled in that the linker chose, so each reference in it says where the
 * function or variable that it means came to lie. What is found so leads on in the same way. A reference counts only as
 * far as the code before it is byte for byte the same and refers to the same names, and only where the table has the
 * very name at the address that it leads to.
 *
 * <p>A local symbol that no function or variable refers to is found by its name if there is one of that name in all of the
 * kernel object, and its whole content is the same there. What is not found in either way stays undecided, and is refused
 * as soon as the patch needs it.
 *
 * <p>The linker may drop some helper symbols, so these count neither way.
 */
final class LocateInImage {
    /** Sections whose symbols a kernel object may have thrown away when it was linked. */
    private static final List<String> DISCARDED =
            List.of(".discard", ".exit", ".modinfo", ".note", "__ksymtab", "__kcrctab");

    private final Unit original;
    private final ElfObject elf;
    private final DiffTarget target;
    private final LinkedObject linked;
    private final Map<SectionId, List<Relocation>> relocations = new HashMap<>();
    private final Set<SymbolId> referredTo = new HashSet<>();
    private final Map<SymbolId, ParentSymbols.Entry> found = new HashMap<>();
    private final Deque<SymbolId> toFollow = new ArrayDeque<>();
    private int compared;
    private int same;

    private LocateInImage(Unit original, DiffTarget target) {
        this.original = original;
        this.elf = original.elf();
        this.target = target;
        this.linked = target.linked().orElseThrow();
    }

    /**
     * The places of the symbols of {@code original}.
     *
     * @throws ProblemException when the kernel object does not contain the source
     */
    static ParentPlaces of(Unit original, DiffTarget target) {
        LocateInImage pass = new LocateInImage(NameReferences.in(original), target);
        pass.checkNames();
        pass.elements().forEach(pass::noteReferences);
        pass.elements()
                .filter(pass::isOnlyOne)
                .forEach(id -> pass.accept(id, pass.candidates(id).get(0)));
        pass.followAll();
        pass.elements().filter(pass::isUnreferredAndAlike).toList().forEach(id -> {
            pass.accept(id, pass.candidates(id).get(0));
            pass.followAll();
        });
        pass.checkContents();
        return pass.new Places();
    }

    /** What was found, and the refusal of what was not. */
    private final class Places implements ParentPlaces {
        @Override
        public List<ParentSymbols.Entry> localsNamed(SymbolId id, String name) {
            Symbol symbol = elf.symbol(id);
            boolean local = symbol.isLocal()
                    && symbol.home().section().isPresent()
                    && symbol.name().equals(name);
            if (!local || candidates(id).isEmpty()) {
                return List.of();
            }
            if (!found.containsKey(id)) {
                throw ProblemException.input(
                        ProblemCode.PLACE_UNDECIDED,
                        original.where(id),
                        target.parent() + " has " + candidates(id).size()
                                + " symbols of that name, and nothing that the shipped " + target.parent()
                                + " holds shows which one is of this source file.");
            }
            return List.of(found.get(id));
        }
    }

    private Stream<SymbolId> elements() {
        return elf.symbolIds().stream().filter(this::isElement);
    }

    /** Whether it is a function or variable that a kernel object takes over when it is linked. */
    private boolean isElement(SymbolId id) {
        Symbol symbol = elf.symbol(id);
        return (symbol.isFunction() || symbol.isObject())
                && original.home(id)
                        .map(elf::section)
                        .filter(section -> section.has(SectionFlags.ALLOC)
                                && !section.has(SectionFlags.GROUP)
                                && DISCARDED.stream().noneMatch(section.name()::startsWith))
                        .isPresent();
    }

    /** The parent's symbols of that name which it could be. */
    private List<ParentSymbols.Entry> candidates(SymbolId id) {
        Symbol symbol = elf.symbol(id);
        List<ParentSymbols.Entry> globals = linked.symbols().globalsNamed(symbol.name());
        if (!symbol.isLocal()) {
            return globals;
        }
        // kallsyms does not say of a variable that each processor has a copy of whether it is local.
        List<ParentSymbols.Entry> all = new ArrayList<>(linked.symbols().localsNamed(symbol.name()));
        globals.stream().filter(entry -> entry.section() == RawSymbol.ABSOLUTE).forEach(all::add);
        return all;
    }

    private void checkNames() {
        elements()
                .filter(id -> !LocateInParent.mayBeDropped(elf.symbol(id).name()))
                .filter(id -> candidates(id).isEmpty())
                .map(id -> elf.symbol(id).name())
                .min(String::compareTo)
                .ifPresent(name -> {
                    throw notInParent("it lacks " + name);
                });
    }

    private void checkContents() {
        if (same * 2 < compared) {
            throw notInParent("of " + compared + " functions and variables only " + same + " are the same there");
        }
    }

    private ProblemException notInParent(String difference) {
        return ProblemException.input(Problem.of(
                ProblemCode.PARENT_MISMATCH,
                original.name(),
                target.parent() + " does not contain this source file: " + difference + "."));
    }

    /** A weak symbol's place may be taken by another object's, so that it proves nothing. */
    private boolean isOnlyOne(SymbolId id) {
        return elf.symbol(id).binding().equals(SymbolBinding.GLOBAL)
                && candidates(id).size() == 1;
    }

    private boolean isUnreferredAndAlike(SymbolId id) {
        return elf.symbol(id).isLocal()
                && !found.containsKey(id)
                && !referredTo.contains(id)
                && candidates(id).size() == 1
                && elf.symbol(id).size() > 0
                && alike(id, linked.address(candidates(id).get(0)), new ArrayList<>());
    }

    private void accept(SymbolId id, ParentSymbols.Entry entry) {
        ParentSymbols.Entry before = found.put(id, entry);
        if (before == null) {
            toFollow.add(id);
        } else if (!before.equals(entry)) {
            throw notInParent(elf.symbol(id).name() + " would be at two places");
        }
    }

    private void followAll() {
        while (!toFollow.isEmpty()) {
            SymbolId id = toFollow.remove();
            if (contents(id).isPresent() && !elf.symbol(id).binding().equals(SymbolBinding.WEAK)) {
                List<Runnable> met = new ArrayList<>();
                compared++;
                same += alike(id, linked.address(found.get(id)), met) ? 1 : 0;
                met.forEach(Runnable::run);
            }
        }
    }

    private Optional<ByteBuffer> contents(SymbolId id) {
        Section section = elf.section(original.home(id).orElseThrow());
        return section.data() instanceof SectionData.Contents
                ? Optional.of(section.bytes().buffer(elf.header().order()))
                : Optional.empty();
    }

    private void noteReferences(SymbolId id) {
        relocationsIn(id).map(Relocation::symbol).filter(to -> !to.equals(id)).forEach(referredTo::add);
    }

    private Stream<Relocation> relocationsIn(SymbolId id) {
        Symbol symbol = elf.symbol(id);
        return relocations
                .computeIfAbsent(
                        original.home(id).orElseThrow(),
                        section -> elf.relocationsOf(section).stream()
                                .sorted(Comparator.comparingLong(Relocation::offset))
                                .toList())
                .stream()
                .filter(relocation ->
                        relocation.offset() >= symbol.value() && relocation.offset() < symbol.value() + symbol.size());
    }

    /**
     * Whether the whole content of {@code id} is at {@code address}.
     *
     * @param met gets what follows from the references up to the first difference
     */
    private boolean alike(SymbolId id, long address, List<Runnable> met) {
        Symbol symbol = elf.symbol(id);
        ByteBuffer own = contents(id).orElse(ByteBuffer.allocate(0));
        if (symbol.value() < 0 || symbol.size() > own.limit() - symbol.value()) {
            return false;
        }
        own = own.slice((int) symbol.value(), (int) symbol.size()).order(own.order());
        ByteBuffer there = linked.bytes(address, own.limit());
        int at = 0;
        for (Relocation relocation : relocationsIn(id).toList()) {
            int field = (int) (relocation.offset() - symbol.value());
            OptionalInt size = original.arch().relocationFieldSize(relocation.type());
            if (size.isEmpty()
                    || !equal(own, there, at, field)
                    || field + size.getAsInt() > there.limit()
                    || !leadsToTheSame(relocation, size.getAsInt(), address + field, met)) {
                return false;
            }
            at = Math.max(at, field + size.getAsInt());
        }
        return equal(own, there, at, own.limit());
    }

    private static boolean equal(ByteBuffer own, ByteBuffer there, int from, int to) {
        return from >= to || (to <= there.limit() && own.slice(from, to - from).equals(there.slice(from, to - from)));
    }

    /** Whether the linked field refers to what the relocation names; a name of this object then says where that is. */
    private boolean leadsToTheSame(Relocation relocation, int size, long field, List<Runnable> met) {
        SymbolId id = relocation.symbol();
        Symbol symbol = elf.symbol(id);
        if (size == 0 || id.equals(SymbolId.NULL) || symbol.isSection()) {
            return true;
        }
        Optional<LinkedObject.Reference> left = linked.referenceAt(field);
        if (left.isPresent() && left.get().address().isEmpty()) {
            return left.get().symbol().equals(symbol.name()) && left.get().addend() == relocation.addend();
        }
        OptionalLong address = left.isPresent()
                ? OptionalLong.of(left.get().address().get() + left.get().addend() - relocation.addend())
                : original.arch().linkedAddress(relocation, linked.bytes(field, size), field);
        Optional<ParentSymbols.Entry> entry = address.stream()
                .boxed()
                .flatMap(value -> linked.at(value).stream())
                .filter(candidate -> candidate.name().equals(symbol.name()))
                .findFirst();
        if (isElement(id)) {
            entry.ifPresent(place -> met.add(() -> accept(id, place)));
            return entry.isPresent();
        }
        return entry.isPresent() || !(symbol.home() instanceof SymbolHome.Undefined);
    }
}
