package io.github.kpatch.source;

import com.google.gson.reflect.TypeToken;
import io.github.kpatch.host.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What is known of distributions, which is data: what each calls itself. Read from {@code distributions.json} beside this class.
 *
 * @param distributions the rows, of which the first that fits holds
 */
record DistributionTable(List<Row> distributions) {
    DistributionTable {
        distributions = List.copyOf(distributions);
    }

    /**
     * One distribution, or several whose packages have the same names.
     *
     * @param name how users name it
     * @param ids what os-release calls it
     */
    record Row(String name, List<String> ids) {
        Row {
            ids = List.copyOf(ids);
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
