package io.github.kpatch.diff;

import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides what became of every section and symbol.
 *
 * <p>Sections compare by content: bytes, then relocations one by one. A section that differs in line numbers alone
 * counts as equal where lines may have moved, and code about which the kernel's tables say something else does not. The verdict on a section passes to the symbol that owns it; a symbol that owns none keeps "same", and
 * a change in its section is caught when the result is verified. A function whose cold piece changed has changed too,
 * for the piece can be reached only through the function.
 *
 * <p>Some differences cannot be carried whatever follows: a section whose header differs, a variable that grew, a symbol
 * that moved. These end the comparison, all of them named.
 */
final class CompareTwins {
    private final Correlation twins;
    private final Unit original;
    private final Unit patched;
    private final Ignored ignored;
    private final Status[] sections;
    private final Status[] symbols;
    private final List<Problem> fatal = new ArrayList<>();
    private final List<Problem> notices = new ArrayList<>();
    private final Set<SectionId> usingChangedConstants = new HashSet<>();
    private final Set<SectionId> accountedFor = new HashSet<>();
    private final Map<SymbolId, String> tables = new HashMap<>();

    private CompareTwins(Correlation twins, Ignored ignored) {
        this.twins = twins;
        this.original = twins.original();
        this.patched = twins.patched();
        this.ignored = ignored;
        this.sections = new Status[patched.elf().sections().size()];
        this.symbols = new Status[patched.elf().symbols().size()];
    }

    /**
     * The status of everything in the patched object.
     *
     * @param originalTables the original object's tables about code
     * @param patchedTables the patched object's
     * @param lineNumbers whether a difference in line numbers alone is one
     */
    static Changes of(
            Correlation twins,
            Ignored ignored,
            CodeTables originalTables,
            CodeTables patchedTables,
            ObjectPair.LineNumbers lineNumbers) {
        CompareTwins pass = new CompareTwins(twins, ignored);
        pass.compareSections();
        pass.followUnnamedData();
        if (lineNumbers == ObjectPair.LineNumbers.MOVED) {
            pass.forgiveLineNumbers();
        }
        pass.compareTables(originalTables, patchedTables);
        pass.compareSymbols();
        pass.findCodeOfAnotherType();
        pass.passStatusToOwners();
        pass.passStatusOfPieces();
        pass.passStatusToPieces();
        if (!pass.fatal.isEmpty()) {
            throw new UnreconcilableException(pass.fatal);
        }
        pass.leaveOutFunctions();
        pass.leaveOutSections();
        return new Changes(twins, List.of(pass.sections), List.of(pass.symbols), pass.tables, ignored, pass.notices);
    }

    private void compareSections() {
        for (SectionId id : patched.elf().sectionIds()) {
            Optional<SectionId> twin = twins.sections().original(id);
            sections[id.index()] = twin.isEmpty() ? Status.NEW : compare(twin.get(), id);
        }
    }

    private Status compare(SectionId twin, SectionId id) {
        Section a = original.section(twin);
        Section b = patched.section(id);
        checkHeader(a, b, id);
        if (SectionNames.isRegenerated(patched.arch(), patched.baseName(id))) {
            return Status.SAME;
        }
        boolean oneHasRelocations = original.elf().relocationSectionOf(twin).isPresent()
                != patched.elf().relocationSectionOf(id).isPresent();
        if (a.data().size() != b.data().size() || oneHasRelocations) {
            return Status.CHANGED;
        }
        return sameContent(twin, id) ? Status.SAME : Status.CHANGED;
    }

    private boolean sameContent(SectionId twin, SectionId id) {
        SectionData a = original.section(twin).data();
        SectionData b = patched.section(id).data();
        if (a instanceof SectionData.Relocations relocationsA && b instanceof SectionData.Relocations relocationsB) {
            return new RelocationEquality(twins, relocationsA.target(), relocationsB.target())
                    .equal(relocationsA, relocationsB);
        }
        // Groups are twins only if they are equal; numbers of sections in them mean nothing.
        return (a instanceof SectionData.Group && b instanceof SectionData.Group) || a.equals(b);
    }

    private void checkHeader(Section a, Section b, SectionId id) {
        boolean equal = a.type().equals(b.type())
                && a.flags() == b.flags()
                && a.entrySize() == b.entrySize()
                && (a.isText() || a.alignment() == b.alignment());
        if (!equal) {
            boolean data = !a.isText() && !a.type().equals(SectionType.RELA);
            fatal.add(Problem.of(
                    data ? ProblemCode.DATA_CHANGED : ProblemCode.SECTION_CHANGED,
                    patched.where(id),
                    "Its type, flags, alignment or entry size changed."));
        }
    }

    private void followUnnamedData() {
        usingChangedConstants.addAll(new FollowUnnamedData(twins).affected(sections));
        usingChangedConstants.forEach(id -> sections[id.index()] = Status.CHANGED);
    }

    private void forgiveLineNumbers() {
        LineNumberFilter filter = new LineNumberFilter(patched);
        for (SectionId id : patched.elf().sectionIds()) {
            Section section = patched.section(id);
            Optional<SectionId> relocations = patched.elf().relocationSectionOf(id);
            if (sections[id.index()] != Status.CHANGED
                    || !section.isText()
                    || relocations.isEmpty()
                    || sections[relocations.get().index()] != Status.SAME) {
                continue;
            }
            Section twin = original.section(twins.sections().original(id).orElseThrow());
            if (twin.data().size() == section.data().size() && filter.excuses(twin, id)) {
                sections[id.index()] = Status.SAME;
            }
        }
    }

    private void compareTables(CodeTables originalTables, CodeTables patchedTables) {
        Map<SymbolId, String> differing = CompareTables.of(twins, originalTables, patchedTables);
        // One that is no longer defined is refused with its symbol.
        differing.forEach((code, table) -> patched.home(code).ifPresent(home -> {
            boolean same = sections[home.index()] == Status.SAME
                    && patched.elf()
                            .relocationSectionOf(home)
                            .filter(relocations -> sections[relocations.index()] != Status.SAME)
                            .isEmpty();
            if (same || patched.bundles().owner(home).isEmpty()) {
                tables.put(code, table);
            }
        }));
        tables.keySet()
                .forEach(code -> sections[patched.home(code).orElseThrow().index()] = Status.CHANGED);
        accountedFor.addAll(patchedTables.accountedFor());
        accountedFor.forEach(this::accountFor);
    }

    /** Each entry has been compared, and with it what it leads to; where that stands in the section says nothing. */
    private void accountFor(SectionId id) {
        Optional<SectionId> relocations = patched.elf().relocationSectionOf(id);
        if (relocations.filter(usingChangedConstants::contains).isPresent()) {
            fatal.add(Problem.of(
                    ProblemCode.SECTION_CHANGED,
                    patched.where(id),
                    "A constant that it refers to changed, and nothing says for which function that counts."));
        }
        for (SectionId each : relocations.map(found -> List.of(id, found)).orElse(List.of(id))) {
            if (sections[each.index()] == Status.CHANGED) {
                sections[each.index()] = Status.SAME;
            }
        }
    }

    private void compareSymbols() {
        symbols[SymbolId.NULL.index()] = Status.SAME;
        for (SymbolId id : patched.elf().symbolIds()) {
            Optional<SymbolId> twin = twins.symbols().original(id);
            symbols[id.index()] = twin.isEmpty() ? Status.NEW : compare(twin.get(), id);
        }
    }

    /** What is no function any more, or only now, has no twin, yet who calls it by its name means the one that was there. */
    private void findCodeOfAnotherType() {
        Set<String> gone = new HashSet<>();
        for (SymbolId id : original.elf().symbolIds()) {
            if (twins.symbols().patched(id).isEmpty() && isNamedCode(original, id)) {
                gone.add(original.symbol(id).name());
            }
        }
        for (SymbolId id : patched.elf().symbolIds()) {
            boolean came = twins.symbols().original(id).isEmpty() && isNamedCode(patched, id);
            if (came && gone.contains(patched.symbol(id).name())) {
                fatal.add(Problem.of(
                        ProblemCode.SYMBOL_CHANGED,
                        patched.where(id),
                        "It is code in both objects, but its type changed to "
                                + patched.symbol(id).type() + "."));
            }
        }
    }

    private static boolean isNamedCode(Unit unit, SymbolId id) {
        Symbol symbol = unit.symbol(id);
        return !symbol.isSection()
                && !symbol.name().startsWith(".L")
                && unit.home(id).filter(home -> unit.section(home).isText()).isPresent();
    }

    private Status compare(SymbolId twin, SymbolId id) {
        Symbol a = original.symbol(twin);
        Symbol b = patched.symbol(id);
        Optional<SectionId> homeA = original.home(twin);
        Optional<SectionId> homeB = patched.home(id);
        if (!isOfSameKind(a, b)) {
            fatal.add(Problem.of(
                    ProblemCode.SYMBOL_CHANGED,
                    patched.where(id),
                    "Its type, its binding, its visibility or its being defined changed."));
            return Status.SAME;
        }
        Status status = Status.SAME;
        if (homeA.isPresent() && !twins.sections().patched(homeA.get()).equals(homeB)) {
            status = moved(homeA.get(), homeB.orElseThrow(), id);
        }
        if (a.isObject() && a.size() != b.size()) {
            fatal.add(new Problem(
                    ProblemCode.DATA_CHANGED,
                    patched.where(id),
                    "The variable's size changed from " + a.size() + " to " + b.size() + ".",
                    homeB.map(home -> DataAdvice.of(patched, home)).orElse(ProblemCode.DATA_CHANGED.cure())));
        }
        boolean otherPlace = a.value() != b.value()
                && homeB.isPresent()
                && status == Status.SAME
                && sections[homeB.get().index()] == Status.SAME
                && placesCount(homeB.get(), b);
        if (otherPlace) {
            fatal.add(Problem.of(
                    ProblemCode.SYMBOL_CHANGED,
                    patched.where(id),
                    "It names another place of section "
                            + patched.section(homeB.get()).name() + ", which has not changed."));
        }
        return status;
    }

    /** Not in what is compared in pieces or made anew, nor for names that may not even mean the same. */
    private boolean placesCount(SectionId home, Symbol symbol) {
        Section section = patched.section(home);
        return !section.has(SectionFlags.STRINGS)
                && !accountedFor.contains(home)
                && !ignored.sections().contains(home)
                && !SectionNames.isRegenerated(patched.arch(), section.name())
                && !SectionNames.isDebug(section.name())
                && !MangledNames.isNumbered(symbol.name());
    }

    private static boolean isOfSameKind(Symbol a, Symbol b) {
        boolean sameHome = a.home().section().isPresent()
                ? b.home().section().isPresent()
                : a.home().equals(b.home()) && (!(a.home() instanceof SymbolHome.Absolute) || a.value() == b.value());
        return a.type().equals(b.type()) && a.binding().equals(b.binding()) && a.other() == b.other() && sameHome;
    }

    private Status moved(SectionId from, SectionId to, SymbolId id) {
        boolean leftIgnored = twins.sections()
                .patched(from)
                .filter(ignored.sections()::contains)
                .isPresent();
        // Not into or out of a section of many functions, such as init code: nothing could redirect it there.
        boolean otherTextPlace = original.bundles().owner(from).isPresent()
                && patched.bundles().owner(to).isPresent()
                && SectionNames.textPlace(original.section(from).name())
                        != SectionNames.textPlace(patched.section(to).name());
        if (!leftIgnored && !otherTextPlace) {
            boolean function = patched.symbol(id).isFunction();
            fatal.add(Problem.of(
                    function ? ProblemCode.SYMBOL_CHANGED : ProblemCode.DATA_CHANGED,
                    patched.where(id),
                    "It moved from section " + original.section(from).name() + " to "
                            + patched.section(to).name() + "."));
        }
        return Status.CHANGED;
    }

    private void passStatusToOwners() {
        patched.bundles().ownerOf().forEach((section, owner) -> {
            Status code = sections[section.index()];
            Status references = patched.elf()
                    .relocationSectionOf(section)
                    .map(relocations -> sections[relocations.index()])
                    .orElse(code);
            boolean changed =
                    code == Status.CHANGED || references == Status.CHANGED || symbols[owner.index()] == Status.CHANGED;
            symbols[owner.index()] = changed ? Status.CHANGED : code;
        });
    }

    private void passStatusOfPieces() {
        for (SymbolId function : patched.families().childrenOf().keySet()) {
            if (symbols[function.index()] == Status.SAME
                    && patched.isBundled(function)
                    && reachesChangedPiece(function)) {
                symbols[function.index()] = Status.CHANGED;
            }
        }
    }

    /**
     * The cold piece of a changed function goes along even if it is the same: it jumps back into its function, and the
     * kernel's piece would jump back into the old one.
     */
    private void passStatusToPieces() {
        for (SymbolId function : patched.families().childrenOf().keySet()) {
            if (symbols[function.index()] == Status.CHANGED) {
                passStatusToPieces(function);
            }
        }
    }

    private void passStatusToPieces(SymbolId function) {
        for (SymbolId piece : patched.families().children(function)) {
            if (!patched.traced().contains(piece) && patched.isBundled(piece)) {
                if (symbols[piece.index()] == Status.SAME) {
                    symbols[piece.index()] = Status.CHANGED;
                }
                passStatusToPieces(piece);
            }
        }
    }

    /** Whether a piece without a call site of its own, hence entered only from {@code function}, has changed. */
    private boolean reachesChangedPiece(SymbolId function) {
        for (SymbolId piece : patched.families().children(function)) {
            if (!patched.traced().contains(piece)
                    && (symbols[piece.index()] == Status.CHANGED || reachesChangedPiece(piece))) {
                return true;
            }
        }
        return false;
    }

    private void leaveOutFunctions() {
        for (SymbolId function : ignored.functions().stream().sorted().toList()) {
            List<SymbolId> all = new ArrayList<>(patched.families().descendants(function));
            all.add(function);
            if (all.stream().allMatch(symbol -> symbols[symbol.index()] == Status.SAME)) {
                notices.add(Problem.of(
                        ProblemCode.IGNORED_FUNCTION_UNCHANGED,
                        patched.where(function),
                        "The function is marked to be ignored, but it has not changed."));
            }
            for (SymbolId symbol : all) {
                symbols[symbol.index()] = Status.SAME;
                patched.home(symbol).ifPresent(this::leaveOut);
            }
        }
        ignored.authorMarks().forEach(symbol -> symbols[symbol.index()] = Status.SAME);
    }

    private void leaveOut(SectionId section) {
        sections[section.index()] = Status.SAME;
        patched.elf().relocationSectionOf(section).ifPresent(id -> sections[id.index()] = Status.SAME);
        patched.elf().sectionSymbolOf(section).ifPresent(id -> symbols[id.index()] = Status.SAME);
    }

    private void leaveOutSections() {
        ignored.sections().forEach(this::leaveOut);
        for (SymbolId id : patched.elf().symbolIds()) {
            if (patched.home(id).filter(ignored.sections()::contains).isPresent()) {
                symbols[id.index()] = Status.SAME;
            }
        }
    }
}
