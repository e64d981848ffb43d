package io.github.kpatch.source;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Which distribution a kernel comes from where its pieces are not given, as far as the user says it.
 *
 * @param name a name of the table of distributions; empty for what the machine says it is
 * @param dnfConfig the configuration file that dnf is to use; empty for the machine's own
 * @param aptConfig the same of apt
 * @param table a table of distributions that is laid over the plugin's own; empty for none
 */
public record DistributionChoice(
        Optional<String> name, Optional<Path> dnfConfig, Optional<Path> aptConfig, Optional<Path> table) {
    /** The machine's own. */
    public static final DistributionChoice HERE =
            new DistributionChoice(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
}
