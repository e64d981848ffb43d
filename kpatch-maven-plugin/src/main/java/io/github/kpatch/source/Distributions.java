package io.github.kpatch.source;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Tools;
import io.github.kpatch.source.deb.Deb;
import io.github.kpatch.source.machine.InstalledKernels;
import io.github.kpatch.source.rpm.Rpm;
import java.nio.file.Path;
import java.util.Optional;

/** Which distributions there are; the only page that names them all. */
final class Distributions {
    /** Names the kernels that are installed here, whoever built them. */
    private static final String MACHINE = "machine";

    private Distributions() {}

    /**
     * The distribution that a kernel comes from where its pieces are not given. Of one that is not known the refusal, KP261,
     * comes when something is asked of it.
     *
     * @param choice what the user says of it
     * @param offline whether no package manager may be called
     * @param root the machine's root folder
     */
    static Distribution of(
            DistributionChoice choice,
            KernelCache cache,
            CommandRunner runner,
            Tools tools,
            Progress progress,
            boolean offline,
            Path root) {
        if (choice.name().equals(Optional.of(MACHINE))) {
            return new InstalledKernels(root);
        }
        DistributionTable table = choice.table().map(DistributionTable::with).orElseGet(DistributionTable::standard);
        OsRelease machine = OsRelease.of(root);
        Optional<DistributionTable.Row> row =
                choice.name().isPresent() ? table.named(choice.name().get()) : table.of(machine);
        if (row.isEmpty()) {
            return unknown(choice, machine, table);
        }
        String names = row.get().names();
        return table.deb().containsKey(names)
                ? new Deb(table.deb().get(names), cache, runner, tools, progress, offline, choice.aptConfig(), root)
                : new Rpm(table.rpm().get(names), cache, runner, tools, progress, offline, choice.dnfConfig(), root);
    }

    private static Distribution unknown(DistributionChoice choice, OsRelease machine, DistributionTable table) {
        return choice.name()
                .map(name -> new UnknownDistribution(
                        "kpatch.distribution", "'" + name + "' is no distribution that is known.", table.names()))
                .orElseGet(() -> new UnknownDistribution(
                        "/etc/os-release",
                        machine.names().isEmpty()
                                ? "The machine does not say which distribution it is."
                                : "The machine says it is " + String.join(", like ", machine.names())
                                        + ", of which nothing is known.",
                        table.names()));
    }

    /** Whether the file of that path in a package is an archive of kernel source. */
    static boolean isSourceArchive(String path) {
        return Deb.isSourceArchive(path);
    }
}
