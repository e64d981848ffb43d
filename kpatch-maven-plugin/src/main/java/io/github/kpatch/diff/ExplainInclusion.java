package io.github.kpatch.diff;

import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.elf.SymbolType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Puts the reasons of an inclusion into words, each as the whole chain back to the rule that began it. A section stands
 * for its relocations and its section symbol as well, which are only ways to write it down in ELF.
 */
final class ExplainInclusion {
    private final Unit patched;
    private final Inclusion inclusion;
    private final Map<Inclusion.Element, Inclusion.Reason> reasons;

    private ExplainInclusion(Unit patched, Inclusion inclusion) {
        this.patched = patched;
        this.inclusion = inclusion;
        this.reasons = inclusion.reasons();
    }

    /** The kinds of elements, what people ask for first in front. */
    private enum Kind {
        FUNCTION,
        VARIABLE,
        SECTION,
        REFERENCE,
        SYMBOL;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Everything in {@code inclusion}: functions first, and within a kind in the order in which they came in. */
    static List<IncludedElement> of(Unit patched, Inclusion inclusion) {
        ExplainInclusion explain = new ExplainInclusion(patched, inclusion);
        return inclusion.reasons().keySet().stream()
                .filter(explain::standsForItself)
                .sorted(Comparator.comparing(explain::kind))
                .map(explain::explained)
                .toList();
    }

    private boolean standsForItself(Inclusion.Element element) {
        if (element instanceof Inclusion.OfSection section) {
            return !patched.section(section.id()).isRelocations();
        }
        return element instanceof Inclusion.OfSymbol symbol
                && !symbol.id().equals(SymbolId.NULL)
                && !isSectionSymbol(element);
    }

    private boolean isSectionSymbol(Inclusion.Element element) {
        return element instanceof Inclusion.OfSymbol symbol
                && patched.symbol(symbol.id()).isSection();
    }

    private IncludedElement explained(Inclusion.Element element) {
        List<String> because = new ArrayList<>();
        Optional<Inclusion.Element> next = Optional.of(element);
        while (next.isPresent()) {
            Inclusion.Reason reason = reasons.get(next.get());
            if (reason == null) {
                break;
            }
            boolean ofItself = next.get() instanceof Inclusion.OfSection
                    && reason.cause().filter(this::isSectionSymbol).isPresent();
            if (!ofItself) {
                because.add(reason.cause()
                                .map(cause -> kind(cause) + " " + name(cause) + ": ")
                                .orElse("")
                        + reason.text());
            }
            next = reason.cause();
        }
        return new IncludedElement(kind(element).toString(), name(element), because);
    }

    private Kind kind(Inclusion.Element element) {
        if (!(element instanceof Inclusion.OfSymbol of) || isSectionSymbol(element)) {
            return Kind.SECTION;
        }
        Symbol symbol = patched.symbol(of.id());
        if (symbol.type().equals(SymbolType.FILE)) {
            return Kind.SYMBOL;
        }
        if (patched.home(of.id()).filter(inclusion::has).isEmpty()) {
            return Kind.REFERENCE;
        }
        if (symbol.isFunction()) {
            return Kind.FUNCTION;
        }
        return symbol.isObject() ? Kind.VARIABLE : Kind.SYMBOL;
    }

    private String name(Inclusion.Element element) {
        if (element instanceof Inclusion.OfSection section) {
            return patched.section(section.id()).name();
        }
        return element instanceof Inclusion.OfSymbol symbol
                ? patched.symbol(symbol.id()).name()
                : "";
    }
}
