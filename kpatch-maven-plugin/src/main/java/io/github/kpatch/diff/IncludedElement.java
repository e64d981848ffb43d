package io.github.kpatch.diff;

import java.util.List;

/**
 * Something that went into the patch, with the answer to "why is this in my patch?".
 *
 * @param kind {@code function}, {@code variable} or {@code section} for what the patch carries, {@code reference} for what
 *     is only named in it and stays where it is in the running kernel, {@code symbol} for labels and file names
 * @param name its name
 * @param because the chain that brought it in, from the element itself back to the rule that began it; never empty
 */
public record IncludedElement(String kind, String name, List<String> because) {
    public IncludedElement {
        because = List.copyOf(because);
    }
}
