package io.github.kpatch.diff;

import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SymbolId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What goes into the patch, and why each of it does.
 *
 * <p>A symbol that goes in without its section is only a name, to be found in the running kernel.
 */
final class Inclusion {
    /** A section or a symbol of the patched object. */
    sealed interface Element {}

    /** A section. */
    record OfSection(SectionId id) implements Element {}

    /** A symbol. */
    record OfSymbol(SymbolId id) implements Element {}

    /**
     * Why an element goes in.
     *
     * @param text the rule, in words
     * @param cause the element that brought it in, where it was one
     */
    record Reason(String text, Optional<Element> cause) {
        static Reason rule(String text) {
            return new Reason(text, Optional.empty());
        }
    }

    private final Map<Element, Reason> reasons;

    private Inclusion(Map<Element, Reason> reasons) {
        this.reasons = Collections.unmodifiableMap(new LinkedHashMap<>(reasons));
    }

    boolean has(SectionId section) {
        return reasons.containsKey(new OfSection(section));
    }

    boolean has(SymbolId symbol) {
        return reasons.containsKey(new OfSymbol(symbol));
    }

    /** Every element, in the order in which they came in, with the reason of each. */
    Map<Element, Reason> reasons() {
        return reasons;
    }

    /** The same, open for more. */
    Draft reopened(Changes changes, Set<SectionId> tables, Set<SymbolId> excluded) {
        Draft draft = new Draft(changes, tables, excluded);
        reasons.forEach((element, reason) -> {
            if (element instanceof OfSection section) {
                draft.add(section.id(), reason);
            } else if (element instanceof OfSymbol symbol) {
                draft.add(symbol.id(), reason);
            }
        });
        return draft;
    }

    /** An inclusion in the making, which follows references from what goes in to what that needs. */
    static final class Draft {
        private final Changes changes;
        private final Unit patched;
        private final Set<SectionId> tables;
        private final Set<SymbolId> excluded;
        private final Map<Element, Reason> reasons = new LinkedHashMap<>();
        private final List<SectionId> sections = new ArrayList<>();
        private final Deque<Pending> pending = new ArrayDeque<>();

        private record Pending(Element element, Reason reason) {}

        /**
         * @param tables sections that never go in as a whole, because they are rebuilt entry by entry
         * @param excluded symbols that never go in
         */
        Draft(Changes changes, Set<SectionId> tables, Set<SymbolId> excluded) {
            this.changes = changes;
            this.patched = changes.patched();
            this.tables = Set.copyOf(tables);
            this.excluded = Set.copyOf(excluded);
        }

        boolean has(SectionId section) {
            return reasons.containsKey(new OfSection(section));
        }

        boolean has(SymbolId symbol) {
            return reasons.containsKey(new OfSymbol(symbol));
        }

        /** The sections that are in so far, in the order in which they came; grows. */
        List<SectionId> sections() {
            return Collections.unmodifiableList(sections);
        }

        /** Takes in a section with everything its relocations need. */
        void include(SectionId section, Reason reason) {
            pending.add(new Pending(new OfSection(section), reason));
            drain();
        }

        /** Takes in a symbol, and its section unless the running kernel has what the symbol means. */
        void include(SymbolId symbol, Reason reason) {
            pending.add(new Pending(new OfSymbol(symbol), reason));
            drain();
        }

        /** Takes in the section alone, without anything it refers to. */
        void add(SectionId section, Reason reason) {
            if (reasons.putIfAbsent(new OfSection(section), reason) == null) {
                sections.add(section);
            }
        }

        /** Takes in the symbol alone, without its section. */
        void add(SymbolId symbol, Reason reason) {
            if (!excluded.contains(symbol)) {
                reasons.putIfAbsent(new OfSymbol(symbol), reason);
            }
        }

        private void drain() {
            while (!pending.isEmpty()) {
                Pending next = pending.remove();
                if (next.element() instanceof OfSection section) {
                    follow(section, next.reason());
                } else if (next.element() instanceof OfSymbol symbol) {
                    follow(symbol, next.reason());
                }
            }
        }

        private void follow(OfSection element, Reason reason) {
            SectionId section = element.id();
            if (has(section) || tables.contains(section)) {
                return;
            }
            add(section, reason);
            Reason because = new Reason("belongs to it", Optional.of(element));
            patched.elf().sectionSymbolOf(section).ifPresent(symbol -> add(symbol, because));
            Optional<SectionId> relocations = patched.elf().relocationSectionOf(section);
            relocations.ifPresent(id -> {
                add(id, because);
                Reason needed = new Reason("it refers to this", Optional.of(element));
                for (Relocation relocation :
                        ((SectionData.Relocations) patched.section(id).data()).entries()) {
                    pending.add(new Pending(new OfSymbol(relocation.symbol()), needed));
                }
            });
        }

        private void follow(OfSymbol element, Reason reason) {
            SymbolId symbol = element.id();
            if (has(symbol) || excluded.contains(symbol)) {
                return;
            }
            add(symbol, reason);
            boolean carried = patched.symbol(symbol).isSection() || changes.of(symbol) != Status.SAME;
            if (carried) {
                Reason defines = new Reason("it is defined here", Optional.of(element));
                patched.home(symbol).ifPresent(section -> pending.add(new Pending(new OfSection(section), defines)));
                Optional.ofNullable(patched.bundles().prefixOf().get(symbol))
                        .ifPresent(prefix -> add(prefix, new Reason("marks its padding", Optional.of(element))));
            }
        }

        Inclusion done() {
            return new Inclusion(reasons);
        }
    }
}
