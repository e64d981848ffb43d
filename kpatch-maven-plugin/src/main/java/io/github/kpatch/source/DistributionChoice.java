package io.github.kpatch.source;

import java.util.Optional;

/**
 * Which distribution a kernel comes from where its pieces are not given, as far as the user says it.
 *
 * @param name a name of the table of distributions; empty for what the machine says it is
 */
public record DistributionChoice(Optional<String> name) {
    /** The machine's own. */
    public static final DistributionChoice HERE = new DistributionChoice(Optional.empty());
}
