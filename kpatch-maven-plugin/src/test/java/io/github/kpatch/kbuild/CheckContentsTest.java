package io.github.kpatch.kbuild;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.host.Progress;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kernel of three objects: {@code read.o} and {@code read_more.o} in vmlinux, {@code toy.o} a module. */
class CheckContentsTest {
    private static final String EXPORTS = """
            0x00000001\ttoy_read\tvmlinux\tEXPORT_SYMBOL\t
            0x00000002\ttoy_read_more\tvmlinux\tEXPORT_SYMBOL_GPL\t
            0x00000003\ttoy_key\tdrivers/toy\tEXPORT_SYMBOL_NS_GPL\tTOY
            """;
    private static final ParentSymbols SHIPPED = ParentSymbols.withoutFiles(List.of());
    private static final ParentSymbols WITH_SOURCES =
            ParentSymbols.ofText("vmlinux", """
               1: 0000000000000000     0 FILE    LOCAL  DEFAULT  ABS read.c
               2: 0000000000000000     0 FILE    LOCAL  DEFAULT  ABS read-more.c
               3: 0000000000000000     0 FILE    LOCAL  DEFAULT  ABS version-timestamp.c
            """.getBytes(StandardCharsets.UTF_8));

    @TempDir
    private Path tree;

    @BeforeEach
    void makeTree() throws IOException {
        write("fs/read.c", "EXPORT_SYMBOL(toy_read);\n#include \"inner.c\"\n");
        write("fs/inner.c", "");
        write("fs/read-more.c", "EXPORT_SYMBOL_GPL(toy_read_more);\n");
        write("drivers/toy.c", "EXPORT_SYMBOL_NS_GPL( toy_key, TOY);\n");
        write("drivers/unbuilt.c", "EXPORT_SYMBOL(toy_read);\nEXPORT_SYMBOL(never);\n");
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(tree.resolve(file).getParent());
        Files.writeString(tree.resolve(file), text);
    }

    private List<Problem> check(String symvers, ParentSymbols vmlinux, String... contents) {
        TreeMap<String, TreeSet<KernelObject>> parents = new TreeMap<>();
        for (String one : contents) {
            List<String> words = Arrays.asList(one.split(" "));
            parents.put(words.get(0), new TreeSet<>(List.of(KernelObject.named(words.get(1)))));
        }
        return CheckContents.of(
                new KernelContents(new TreeMap<>(parents)),
                Includes.scan(tree, Progress.NONE.start("", -1, "")),
                ModuleSymvers.parse("Module.symvers", symvers.getBytes(StandardCharsets.UTF_8)),
                vmlinux);
    }

    @Test
    void allIsThere() {
        for (ParentSymbols symbols : List.of(SHIPPED, WITH_SOURCES)) {
            assertThat(check(EXPORTS, symbols, "fs/read.o vmlinux", "fs/read-more.o vmlinux", "drivers/toy.o toy"))
                    .isEmpty();
        }
    }

    @Test
    void whatIsExportedByAFileThatAnotherOneIncludesIsThere() throws IOException {
        write("fs/inner.c", "EXPORT_SYMBOL(toy_read);\n");
        write("fs/read.c", "#include \"inner.c\"\n");

        assertThat(check(EXPORTS, SHIPPED, "fs/read.o vmlinux", "fs/read-more.o vmlinux", "drivers/toy.o toy"))
                .isEmpty();
    }

    @Test
    void aProgramThatPrintsAnExportDoesNotExport() throws IOException {
        write("fs/read-more.c", "\t EXPORT_PER_CPU_SYMBOL_GPL(toy_read_more);\n");
        write("fs/make-tables.c", "printf(\"EXPORT_SYMBOL(toy_read_more);\");\n");

        assertThat(check(EXPORTS, SHIPPED, "fs/read.o vmlinux", "fs/make-tables.o vmlinux", "drivers/toy.o toy"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.where()).isEqualTo("fs/read-more.c"));
    }

    @Test
    void aMissingObjectIsMissedByWhatItExports() {
        assertThat(check(EXPORTS, SHIPPED, "fs/read.o vmlinux", "drivers/toy.o toy"))
                .singleElement()
                .hasToString(
                        "KP318 fs/read-more.c: The target's vmlinux exports toy_read_more of it, and kbuild names no"
                                + " object of it there. Leave the change of the header out, and report the kernel's version and"
                                + " config.");
    }

    @Test
    void anObjectOfAnotherParentIsMissed() {
        assertThat(check(EXPORTS, SHIPPED, "fs/read.o vmlinux", "fs/read-more.o vmlinux", "drivers/toy.o vmlinux"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.where()).isEqualTo("drivers/toy.c"));
    }

    @Test
    void aMissingObjectIsMissedByTheNameOfItsSource() {
        String fewer = EXPORTS.replaceAll("(?m)^.*toy_read_more.*\n", "");

        assertThat(check(fewer, WITH_SOURCES, "fs/read.o vmlinux", "drivers/toy.o toy"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.where()).isEqualTo("read-more.c"));
        assertThat(check(fewer, SHIPPED, "fs/read.o vmlinux", "drivers/toy.o toy"))
                .isEmpty();
    }

    @Test
    void aKernelThatNamesNeitherIsNotBelieved() {
        assertThat(check("", SHIPPED, "fs/read.o vmlinux")).singleElement().satisfies(problem -> {
            assertThat(problem.where()).isEqualTo("vmlinux");
            assertThat(problem.what()).startsWith("It names neither its sources nor what it exports");
        });
    }
}
