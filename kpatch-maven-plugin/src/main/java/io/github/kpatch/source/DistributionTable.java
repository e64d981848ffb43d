package io.github.kpatch.source;

import com.google.gson.reflect.TypeToken;
import io.github.kpatch.host.Json;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.deb.DebNames;
import io.github.kpatch.source.rpm.RpmNames;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is known of distributions, which is data: what each calls itself, and what the packages of
 * its kernels are called. Read from {@code distributions.json} beside this class.
 *
 * @param distributions the rows, of which the first that fits holds
 * @param deb names in the family of Debian, by what rows call them
 * @param rpm names in families of RPM, likewise
 */
record DistributionTable(List<Row> distributions, Map<String, DebNames> deb, Map<String, RpmNames> rpm) {
    DistributionTable {
        distributions = distributions == null ? List.of() : List.copyOf(distributions);
        deb = deb == null ? Map.of() : Map.copyOf(deb);
        rpm = rpm == null ? Map.of() : Map.copyOf(rpm);
    }

    /**
     * One distribution, or several whose packages have the same names.
     *
     * @param name how users name it
     * @param ids what os-release calls it
     * @param names which of the table's names of packages it has
     */
    record Row(String name, List<String> ids, String names) {
        Row {
            ids = ids == null ? List.of() : List.copyOf(ids);
        }
    }

    /**
     * The plugin's table with a user's laid over it: the user's rows come first, and names that both have are the user's.
     *
     * @throws ProblemException KP263 when that is no table, or leads to names that are nowhere
     */
    static DistributionTable with(Path file) {
        String where = file.toString();
        DistributionTable over;
        try {
            over = Json.read(Files.readString(file, StandardCharsets.UTF_8), TypeToken.get(DistributionTable.class));
        } catch (IOException e) {
            throw faulty(where, "It cannot be read (" + e + ").");
        } catch (RuntimeException e) {
            throw faulty(
                    where,
                    "It is no table of distributions: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse("") + ".");
        }
        DistributionTable own = standard();
        List<Row> rows = new ArrayList<>(over.distributions());
        rows.addAll(own.distributions());
        Map<String, DebNames> deb = new TreeMap<>(own.deb());
        deb.putAll(over.deb());
        Map<String, RpmNames> rpm = new TreeMap<>(own.rpm());
        rpm.putAll(over.rpm());
        DistributionTable table = new DistributionTable(rows, deb, rpm);
        over.check(where, table);
        return table;
    }

    private void check(String where, DistributionTable all) {
        for (Row row : distributions) {
            if (row.name() == null || row.names() == null) {
                throw faulty(where, "A row of distributions has no name, or no names of packages.");
            }
            if (!all.deb().containsKey(row.names()) && !all.rpm().containsKey(row.names())) {
                throw faulty(where, "Row '" + row.name() + "' has names '" + row.names() + "', which no part has.");
            }
        }
        deb.forEach((name, names) -> names.missing().ifPresent(what -> {
            throw faulty(where, "deb, '" + name + "': " + what);
        }));
        rpm.forEach((name, names) -> names.missing().ifPresent(what -> {
            throw faulty(where, "rpm, '" + name + "': " + what);
        }));
    }

    private static ProblemException faulty(String where, String what) {
        return ProblemException.input(ProblemCode.DISTRIBUTION_TABLE_INVALID, where, what);
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
