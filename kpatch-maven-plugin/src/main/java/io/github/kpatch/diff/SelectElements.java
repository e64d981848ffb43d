package io.github.kpatch.diff;

import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.kernel.TableSetup;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.special.SpecialSection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses what goes into the patch: what changed, what is new, and whatever these refer to and the running kernel does
 * not have.
 *
 * <p>A reference to something unchanged needs only its name. A reference to a section symbol needs the section, because
 * a section cannot be looked up. String literals and {@code .rodata} (which holds only data local to functions, such as
 * the tables of switches) always go along: they are read-only, and sharing them would save nothing.
 *
 * <p>New global functions and variables go in without a user, since another file of the patch may use them. A new static
 * function that nothing refers to does not.
 */
final class SelectElements {
    private static final Set<String> STANDARD = Set.of(".toc", ".rodata", ".rodata.str");

    private static final String FORCE_MARK = "__kpatch_force_func_";

    /** A pointer to the function and one to the object's name. */
    private static final int CALLBACK_SIZE = 16;

    private final Changes changes;
    private final Unit patched;
    private final Map<SectionId, SpecialSection> tables;
    private final Set<SymbolId> excluded;
    private final Set<SectionId> neverCarried;
    private final Inclusion.Draft draft;
    private final List<String> callbacks = new ArrayList<>();
    private boolean newGlobal;

    private SelectElements(Changes changes, TableSetup tableSetup) {
        this.changes = changes;
        this.patched = changes.patched();
        this.tables = tables(patched);
        this.excluded = excluded(patched);
        this.neverCarried = tableSetup == TableSetup.BY_LIVEPATCH ? staticKeyTables(patched) : Set.of();
        Set<SectionId> notWhole = new HashSet<>(tables.keySet());
        notWhole.addAll(neverCarried);
        this.draft = new Inclusion.Draft(changes, notWhole, excluded);
    }

    /**
     * The elements chosen, without those that the tables about code still bring in.
     *
     * @param inclusion the elements so far
     * @param tables the tables to rebuild; none of them is in yet
     * @param neverCarried what this kernel could not set up; a difference in it says nothing
     * @param excluded symbols that never go in, whatever refers to them
     * @param callbacks the kinds of the callbacks found, such as {@code pre_patch}
     * @param newGlobal whether there is a new global symbol
     */
    record Selection(
            Inclusion inclusion,
            Map<SectionId, SpecialSection> tables,
            Set<SectionId> neverCarried,
            Set<SymbolId> excluded,
            List<String> callbacks,
            boolean newGlobal) {
        Selection {
            tables = Map.copyOf(tables);
            neverCarried = Set.copyOf(neverCarried);
            excluded = Set.copyOf(excluded);
            callbacks = List.copyOf(callbacks);
        }

        /** The sections that never go in as a whole. */
        Set<SectionId> notWhole() {
            Set<SectionId> notWhole = new HashSet<>(tables.keySet());
            notWhole.addAll(neverCarried);
            return notWhole;
        }
    }

    /**
     * What the changes call for.
     *
     * @param tableSetup who acts on the tables that go along
     * @throws UnreconcilableException when a callback of the author's is none that livepatch could call
     */
    static Selection from(Changes changes, TableSetup tableSetup) {
        SelectElements pass = new SelectElements(changes, tableSetup);
        pass.takeStandardElements();
        pass.takeChangedFunctions();
        pass.takeCallbacks();
        pass.takeForced();
        pass.takeNewGlobals();
        return new Selection(
                pass.draft.done(), pass.tables, pass.neverCarried, pass.excluded, pass.callbacks, pass.newGlobal);
    }

    private static Map<SectionId, SpecialSection> tables(Unit patched) {
        Map<SectionId, SpecialSection> tables = new HashMap<>();
        for (SpecialSection special : patched.arch().specialSections()) {
            patched.elf()
                    .sectionNamed(special.name())
                    .filter(id -> patched.elf().relocationSectionOf(id).isPresent())
                    .ifPresent(id -> tables.put(id, special));
        }
        return tables;
    }

    /** Where livepatch sets up tables, it does not set up these, so that none of them can be carried. */
    private static Set<SectionId> staticKeyTables(Unit patched) {
        Set<SectionId> sections = new HashSet<>();
        SectionNames.STATIC_KEY_TABLES.forEach(
                name -> sections.addAll(patched.elf().sectionsNamed(name)));
        return sections;
    }

    /** The variables that hold the author's macros: only their sections count. */
    private static Set<SymbolId> excluded(Unit patched) {
        Set<SymbolId> excluded = new HashSet<>();
        for (SymbolId id : patched.elf().symbolIds()) {
            Symbol symbol = patched.symbol(id);
            boolean callback = symbol.isObject()
                    && patched.home(id)
                            .filter(home -> SectionNames.isCallback(
                                    patched.section(home).name()))
                            .isPresent();
            if (callback || symbol.name().startsWith(FORCE_MARK)) {
                excluded.add(id);
            }
        }
        return excluded;
    }

    private void takeStandardElements() {
        for (SectionId id : patched.elf().sectionIds()) {
            String name = patched.section(id).name();
            if (STANDARD.contains(name)
                    || isStringLiterals(id)
                    || changes.ignored().literals().contains(id)) {
                draft.include(id, Inclusion.Reason.rule("literals always go along"));
            }
        }
        draft.add(SymbolId.NULL, Inclusion.Reason.rule("every symbol table begins with it"));
        for (SymbolId id : patched.elf().symbolIds()) {
            boolean label = patched.home(id).filter(this::isStringLiterals).isPresent();
            if (label) {
                draft.add(id, Inclusion.Reason.rule("labels of literals always go along"));
            }
        }
    }

    /** Not {@code .rodata.str_table}, which a variable of that name has for itself. */
    private boolean isStringLiterals(SectionId id) {
        return SectionNames.isStringLiterals(patched.section(id).name())
                && patched.bundles().owner(id).isEmpty();
    }

    private void takeChangedFunctions() {
        for (SymbolId id : patched.elf().symbolIds()) {
            Symbol symbol = patched.symbol(id);
            if (symbol.isFunction() && changes.of(id) == Status.CHANGED) {
                draft.include(
                        id,
                        Inclusion.Reason.rule(changes.table(id)
                                .map(table -> "the table " + table + " says something else about it")
                                .orElse("the function changed")));
            } else if (symbol.type().equals(SymbolType.FILE)) {
                draft.add(id, Inclusion.Reason.rule("names the source file"));
            }
        }
    }

    private void takeCallbacks() {
        for (SectionId id : patched.elf().sectionIds()) {
            if (!patched.baseName(id).startsWith(SectionNames.CALLBACKS)) {
                continue;
            }
            if (!SectionNames.isCallback(patched.baseName(id))) {
                throw new UnreconcilableException(Problem.of(
                        ProblemCode.CALLBACK_INVALID, patched.where(id), "Livepatch has no callback of that kind."));
            }
            Inclusion.Reason reason = Inclusion.Reason.rule("a callback of the patch's author");
            draft.add(id, reason);
            if (patched.section(id).data() instanceof SectionData.Relocations relocations) {
                draft.include(callback(id, relocations).symbol(), reason);
            } else if (patched.elf().relocationSectionOf(id).isEmpty()) {
                throw notOneCallback(id);
            } else {
                callbacks.add(patched.section(id).name().substring(SectionNames.CALLBACKS.length()));
                patched.elf().sectionSymbolOf(id).ifPresent(symbol -> draft.add(symbol, reason));
            }
        }
    }

    private Relocation callback(SectionId id, SectionData.Relocations relocations) {
        boolean one = relocations.entries().size() == 1
                && relocations.entries().get(0).offset() == 0
                && relocations.entries().get(0).type().equals(patched.arch().absolute64())
                && patched.section(relocations.target()).data().size() == CALLBACK_SIZE;
        if (!one) {
            throw notOneCallback(id);
        }
        return relocations.entries().get(0);
    }

    private UnreconcilableException notOneCallback(SectionId id) {
        return new UnreconcilableException(Problem.of(
                ProblemCode.CALLBACK_INVALID,
                patched.where(id),
                "It does not hold exactly one callback, which is all that livepatch calls."));
    }

    private void takeForced() {
        patched.elf().sectionNamed(SectionNames.FORCE).ifPresent(section -> {
            Inclusion.Reason reason = Inclusion.Reason.rule("forced by the patch's author");
            draft.add(section, reason);
            patched.elf().sectionSymbolOf(section).ifPresent(symbol -> draft.add(symbol, reason));
            patched.elf().relocationSectionOf(section).ifPresent(relocations -> draft.add(relocations, reason));
            for (Relocation relocation : patched.elf().relocationsOf(section)) {
                draft.include(relocation.symbol(), reason);
            }
        });
    }

    private void takeNewGlobals() {
        for (SymbolId id : patched.elf().symbolIds()) {
            boolean isNew = patched.symbol(id).binding().equals(SymbolBinding.GLOBAL)
                    && patched.home(id).isPresent()
                    && changes.of(id) == Status.NEW
                    && !excluded.contains(id)
                    && !patched.bundles().isPrefix(id);
            if (isNew) {
                newGlobal = true;
                draft.include(id, Inclusion.Reason.rule("new and global"));
            }
        }
    }
}
