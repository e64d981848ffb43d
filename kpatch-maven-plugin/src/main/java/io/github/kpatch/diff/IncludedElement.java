package io.github.kpatch.diff;

import java.util.List;

/**
 * Something that went into the patch, with the answer to "why is this in my patch?".
 *
 * @param kind {@code section} or {@code symbol}
 * @param name its name
 * @param because the chain that brought it in, from the element itself back to the rule that began it
 */
public record IncludedElement(String kind, String name, List<String> because) {
    public IncludedElement {
        because = List.copyOf(because);
    }
}
