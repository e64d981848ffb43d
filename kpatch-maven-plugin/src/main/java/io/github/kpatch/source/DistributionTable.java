package io.github.kpatch.source;

import com.google.gson.reflect.TypeToken;
import io.github.kpatch.host.Json;
import io.github.kpatch.source.rpm.RpmNames;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of distributions, which is data: what each calls itself, and what the packages of
 * its kernels are called. Read from {@code distributions.json} beside this class.
 *
 * @param distributions the rows, of which the first that fits holds
 * @param rpm names in families of RPM, by what rows call them
 */
record DistributionTable(List<Row> distributions, Map<String, RpmNames> rpm) {
    DistributionTable {
        distributions = List.copyOf(distributions);
        rpm = Map.copyOf(rpm);
    }

    /**
     * One distribution, or several whose packages have the same names.
     *
     * @param name how users name it
     * @param ids what os-release calls it
     * @param names which of the table's names of RPM packages it has; empty for Debian's family
     */
    record Row(String name, List<String> ids, Optional<String> names) {
        Row {
            ids = List.copyOf(ids);
            names = names == null ? Optional.empty() : names;
        }
    }

    /** The table that is part of the plugin. */
    static DistributionTable standard() {
        try (InputStream in = DistributionTable.class.getResourceAsStream("distributions.json")) {
            return Json.read(
                    new String(in.readAllBytes(), StandardCharsets.UTF_8), TypeToken.get(DistributionTable.class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The row of that name. */
    Optional<Row> named(String name) {
        return distributions.stream().filter(row -> row.name().equals(name)).findFirst();
    }

    /** The row of a machine: of its own name, else of the closest one that it is made after. */
    Optional<Row> of(OsRelease machine) {
        return machine.names().stream()
                .flatMap(id -> distributions.stream().filter(row -> row.ids().contains(id)))
                .findFirst();
    }

    /** The names of all rows. */
    List<String> names() {
        return distributions.stream().map(Row::name).toList();
    }
}
