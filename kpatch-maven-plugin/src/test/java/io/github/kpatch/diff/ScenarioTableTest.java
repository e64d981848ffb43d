package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.kpatch.testing.Row;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Holds together the table of all scenarios that the differ's specification asks for and the tests that cover them. A
 * row that no test claims fails, unless it waits for an architecture that is not there yet.
 */
class ScenarioTableTest {
    private record Scenario(String row, boolean waits) {}

    private static List<Scenario> table() throws IOException {
        try (InputStream table = ScenarioTableTest.class.getResourceAsStream("scenarios.tsv")) {
            return new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .map(line -> line.split("\t", -1))
                    .map(columns -> new Scenario(columns[0], columns[2].startsWith("waits for ")))
                    .toList();
        }
    }

    @Test
    void everyRowHasItsTest() throws IOException {
        Set<String> covered = new ClassFileImporter()
                .importPackages("io.github.kpatch").stream()
                        .flatMap(type -> type.getMethods().stream())
                        .filter(method -> method.isAnnotatedWith(Row.class))
                        .filter(method -> method.isAnnotatedWith(Test.class))
                        .map(JavaMethod::reflect)
                        .flatMap(method ->
                                Arrays.stream(method.getAnnotation(Row.class).value()))
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> wanted = table().stream()
                .filter(scenario -> !scenario.waits())
                .map(Scenario::row)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(covered).isEqualTo(wanted);
        assertThat(table()).extracting(Scenario::row).doesNotHaveDuplicates().hasSize(125);
    }
}
