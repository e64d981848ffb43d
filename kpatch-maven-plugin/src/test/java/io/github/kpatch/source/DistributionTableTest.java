package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.source.deb.DebNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A user's table over the plugin's own. */
class DistributionTableTest {
    @TempDir
    Path folder;

    private DistributionTable with(String table) throws IOException {
        return DistributionTable.with(Files.writeString(folder.resolve("table.json"), table));
    }

    @Test
    void aRowOfTheUsersComesFirst() throws IOException {
        DistributionTable table =
                with("{\"distributions\": [{\"name\": \"ours\", \"ids\": [\"debian\"], \"names\": \"ubuntu\"}]}");

        assertThat(table.of(OsRelease.parse("ID=debian\n")))
                .map(DistributionTable.Row::name)
                .contains("ours");
        assertThat(table.named("debian")).map(DistributionTable.Row::names).contains("debian");
        assertThat(table.rpm()).isEqualTo(DistributionTable.standard().rpm());
    }

    @Test
    void ubuntuAndWhatIsMadeAfterItHaveUbuntusNames() {
        DistributionTable table = DistributionTable.standard();

        assertThat(table.of(OsRelease.parse("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n")))
                .map(DistributionTable.Row::names)
                .contains("ubuntu");
        DebNames names = table.deb().get("ubuntu");
        assertThat("6.8.0-45-generic").matches(names.release());
        assertThat("6.8.0-1015-aws").matches(names.release());
        assertThat("6.1.0-56-amd64").matches(table.deb().get("debian").release());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense | no table of distributions",
                "[] | no table of distributions",
                "{'distributions': [{'name': 'ours', 'names': 'nowhere'}]} | names 'nowhere'",
                "{'distributions': [{'ids': ['ours']}]} | no name",
                "{'deb': {'ours': {'distribution': 'Ours'}}} | deb, 'ours': something is missing",
                "{'rpm': {'ours': {'kernels': []}}} | rpm, 'ours': something is missing"
            })
    void aFaultyTableIsRefused(String table, String what) {
        assertThatThrownBy(() -> with(table.replace('\'', '"')))
                .hasMessageContaining("KP263")
                .hasMessageContaining("table.json")
                .hasMessageContaining(what);
    }

    @Test
    void aTableThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> DistributionTable.with(folder.resolve("none.json")))
                .hasMessageContaining("KP263")
                .hasMessageContaining("cannot be read");
    }
}
