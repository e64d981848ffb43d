package io.github.kpatch.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts the reasons of an inclusion into words, each as the whole chain back to the rule that began it. */
final class ExplainInclusion {
    private final Unit patched;
    private final Map<Inclusion.Element, Inclusion.Reason> reasons;

    private ExplainInclusion(Unit patched, Inclusion inclusion) {
        this.patched = patched;
        this.reasons = inclusion.reasons();
    }

    /** Every element of {@code inclusion} but the null symbol, in the order in which they came in. */
    static List<IncludedElement> of(Unit patched, Inclusion inclusion) {
        ExplainInclusion explain = new ExplainInclusion(patched, inclusion);
        return inclusion.reasons().keySet().stream()
                .filter(element -> !explain.name(element).isEmpty())
                .map(explain::explained)
                .toList();
    }

    private IncludedElement explained(Inclusion.Element element) {
        List<String> because = new ArrayList<>();
        Optional<Inclusion.Element> next = Optional.of(element);
        while (next.isPresent()) {
            Inclusion.Reason reason = reasons.get(next.get());
            if (reason == null) {
                break;
            }
            because.add(reason.cause()
                            .map(cause -> kind(cause) + " " + name(cause) + ": ")
                            .orElse("")
                    + reason.text());
            next = reason.cause();
        }
        return new IncludedElement(kind(element), name(element), because);
    }

    private static String kind(Inclusion.Element element) {
        return element instanceof Inclusion.OfSection ? "section" : "symbol";
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
