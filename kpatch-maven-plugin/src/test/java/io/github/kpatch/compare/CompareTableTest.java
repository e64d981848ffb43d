package io.github.kpatch.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.RelocationType;
import io.github.kpatch.host.Progress;
import io.github.kpatch.intermediate.IntermediateReader;
import io.github.kpatch.intermediate.IntermediateTables;
import io.github.kpatch.intermediate.PatchedFunction;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import io.github.kpatch.testing.TestConsole;
import io.github.kpatch.testing.TestImages;
import io.github.kpatch.testing.ToyVmlinux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareTableTest {
    private static final String HEADER = "original\tpatched\tparent\tparentSymbols\tsymvers\tstructSizes\toutput\n";
    private static final String SOURCE = """
            int counter = 3;
            __attribute__((noinline)) int changes(int a) { return a + counter; }
            int stays(int a) { return changes(a) * 2; }
            """;

    @TempDir
    private Path folder;

    private TestConsole build;

    @BeforeEach
    void compilePairs() throws IOException {
        build = new TestConsole();
        compile("original", SOURCE);
        compile("changed", SOURCE.replace("a + counter", "a - counter * 5"));
        compile("data", SOURCE.replace("counter = 3", "counter = 4"));
        Files.writeString(
                folder.resolve("symbols.txt"),
                NativeTools.run(folder.resolve("original"), "readelf", "--symbols", "--wide", "file.o")
                        .out());
        Files.writeString(folder.resolve("garbage.o"), "no object");
        Files.writeString(folder.resolve("symvers"), "0x00000000\t__fentry__\tvmlinux\tEXPORT_SYMBOL\t\n");
    }

    private void compile(String name, String source) throws IOException {
        NativeTools.compile(
                Files.createDirectory(folder.resolve(name)),
                "file",
                source,
                "-ffreestanding",
                "-fno-pic",
                "-mcmodel=kernel",
                "-fno-asynchronous-unwind-tables",
                "-fcf-protection=none",
                "-pg",
                "-mfentry",
                "-ffunction-sections",
                "-fdata-sections");
    }

    private static String row(String patched, String output) {
        return "original/file.o\t" + patched + "\tvmlinux\tsymbols.txt\tsymvers\tbug_entry=12\t" + output + "\n";
    }

    private List<JsonObject> run(String table, boolean fail) throws IOException {
        return run(table, fail, false);
    }

    private List<JsonObject> run(String table, boolean fail, boolean explain) throws IOException {
        Files.writeString(folder.resolve("PAIRS.tsv"), table);
        CompareTable.run(
                new CompareTable.Request(
                        folder.resolve("PAIRS.tsv"), folder.resolve("RESULTS.json"), fail, fail, explain, 2),
                Progress.NONE,
                build);
        return results();
    }

    private List<JsonObject> results() throws IOException {
        JsonArray array = JsonParser.parseString(
                        Files.readString(folder.resolve("RESULTS.json"), StandardCharsets.UTF_8))
                .getAsJsonArray();
        List<JsonObject> results = new ArrayList<>();
        array.forEach(result -> results.add(result.getAsJsonObject()));
        return results;
    }

    @Test
    void eachOutcomeIsToldInTheOrderOfTheTable() throws IOException {
        Files.writeString(folder.resolve("unchanged.o"), "left by an earlier run");
        List<JsonObject> results = run(
                HEADER
                        + row("changed/file.o", "out/changed.o")
                        + row("original/file.o", "unchanged.o")
                        + row("data/file.o", "data.o")
                        + row("garbage.o", "garbage-out.o")
                        + row("missing.o", "missing-out.o"),
                false);

        assertThat(results)
                .extracting(result -> result.get("outcome").getAsString())
                .containsExactly("changed", "unchanged", "rejected", "error", "error");
        assertThat(results.get(0).keySet())
                .containsExactly(
                        "original",
                        "outcome",
                        "changedFunctions",
                        "newFunctions",
                        "callbacks",
                        "problems",
                        "millis",
                        "included");
        assertThat(results.get(0).get("included").getAsJsonArray().get(0).toString())
                .isEqualTo("{\"kind\":\"function\",\"name\":\"changes\",\"because\":[\"the function changed\"]}");
        assertThat(results.get(1).get("included").getAsJsonArray()).isEmpty();
        assertThat(results.get(0).get("original").getAsString()).isEqualTo("original/file.o");
        assertThat(results.get(0).get("changedFunctions").toString()).isEqualTo("[\"changes\"]");
        assertThat(results.get(2).get("problems").toString()).contains("KP407").contains("counter");
        assertThat(results.get(4).get("problems").toString()).contains("KP210").contains("missing.o");
        assertThat(folder.resolve("out/changed.o")).isRegularFile();
        assertThat(folder.resolve("unchanged.o")).doesNotExist();
        assertThat(folder.resolve("data.o")).doesNotExist();
    }

    /** The table of a boot image, and what it becomes of two functions of one name, of which the other file has the first. */
    @Test
    void aBootImageWillDoForTheParentsSymbols() throws IOException {
        String other = """
                static int counter;
                static __attribute__((noinline)) int changes(int a) { return a - counter++; }
                int other(int a) { return changes(a) * 3; }
                """;
        String mine =
                SOURCE.replace("__attribute__((noinline)) int changes", "static __attribute__((noinline)) int changes");
        compile("first", other);
        compile("mine", mine);
        compile("patched", mine.replace("a + counter", "a - counter * 5"));
        byte[] vmlinux = Files.readAllBytes(ToyVmlinux.link(folder, "first/file.o", "mine/file.o"));
        Files.write(folder.resolve("kernel"), vmlinux);
        NativeTools.run(folder, "gzip", "-n", "kernel");
        Files.write(
                folder.resolve("vmlinuz"),
                TestImages.of(Files.readAllBytes(folder.resolve("kernel.gz")), vmlinux.length));

        List<JsonObject> results = run(
                HEADER
                        + "mine/file.o\tpatched/file.o\tvmlinux\tvmlinuz\tsymvers\tbug_entry=12\tout.o\n"
                        + "mine/file.o\tpatched/file.o\tvmlinux\tkernel.gz\tsymvers\tbug_entry=12\tno.o\n",
                false);

        assertThat(results.get(0).get("changedFunctions").toString()).isEqualTo("[\"changes\"]");
        assertThat(results.get(1).get("problems").toString()).contains("KP213");
        byte[] output = Files.readAllBytes(folder.resolve("out.o"));
        IntermediateTables tables =
                IntermediateReader.read("out.o", ElfReader.read("out.o", output), new RelocationType(1));
        assertThat(tables.functions()).extracting(PatchedFunction::sympos).containsExactly(2L);
    }

    @Test
    void eachElementIsExplainedWhereThatIsAsked() throws IOException {
        run(HEADER + row("original/file.o", "a.o") + row("changed/file.o", "b.o"), false, true);

        int heading = build.told.indexOf("original/file.o: why each element is in the patch:");
        assertThat(heading).isNotNegative();
        assertThat(build.told.get(heading + 1)).isEqualTo("  function changes <- the function changed");
        assertThat(build.told)
                .contains("  section .text.changes <- function changes: it is defined here <- the function changed")
                .containsOnlyOnce("original/file.o: why each element is in the patch:");
    }

    @Test
    void resultsAreCompleteBeforeTheGoalFails() {
        assertThatThrownBy(() -> run(HEADER + row("data/file.o", "data.o") + row("changed/file.o", "changed.o"), true))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.kind()).isEqualTo(ProblemException.Kind.FINDINGS));
        assertThat(folder.resolve("changed.o")).exists();
        assertThat(folder.resolve("RESULTS.json")).exists();
    }

    @Test
    void anErrorIsBadInput() {
        assertThatThrownBy(() -> run(HEADER + row("garbage.o", "out.o"), true))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.kind()).isEqualTo(ProblemException.Kind.INPUT));
    }

    @Test
    void aTableThatIsNoneIsRefusedByLine() {
        assertThatThrownBy(() -> run("", true)).hasMessageContaining("KP106").hasMessageContaining("PAIRS.tsv:1");
        assertThatThrownBy(() -> run("original\tpatched\n", true)).hasMessageContaining("parent");
        assertThatThrownBy(() -> run(HEADER + "only\ttwo\n", true)).hasMessageContaining("PAIRS.tsv:2");
        assertThatThrownBy(() -> run(HEADER + row("", "out.o"), true)).hasMessageContaining("no patched");
        assertThatThrownBy(() ->
                        run(HEADER.replace("output", "output\tklpArch") + row("changed/file.o", "out.o\tmaybe"), true))
                .hasMessageContaining("klpArch");
    }
}
