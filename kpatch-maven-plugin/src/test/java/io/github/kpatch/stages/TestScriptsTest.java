package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which scripts of a project's boot test are which kernel's. */
class TestScriptsTest {
    @TempDir
    private Path folder;

    private Path scripts;

    @BeforeEach
    void scripts() throws IOException {
        scripts = folder.resolve("test");
        write("all.sh", "of all");
        write("some.sh", "of all");
        write("data/x", "x");
        write("6.1/some.sh", "of 6.1");
        write("6.1/data/y", "y");
        write("6.12/only.sh", "of 6.12");
    }

    private void write(String name, String content) throws IOException {
        Files.createDirectories(scripts.resolve(name).getParent());
        Files.writeString(scripts.resolve(name), content);
    }

    private TestScripts of(String release) {
        return new TestScripts(scripts, Optional.of(release), List.of("6.1.2", "6.12.3"));
    }

    @Test
    void aKernelHasThoseOfAllAndItsOwn() {
        Path copies = of("6.1.2").in(folder.resolve("old")).orElseThrow();

        assertThat(Steps.contents(copies))
                .isEqualTo(of("6.1.2").inputs())
                .extracting(file -> file.split(" ")[0])
                .containsExactly("all.sh", "data/x", "data/y", "some.sh");
        assertThat(copies.resolve("some.sh")).hasContent("of 6.1");
        assertThat(of("6.12.3").in(folder.resolve("new")).orElseThrow().resolve("only.sh"))
                .hasContent("of 6.12");
        assertThat(folder.resolve("new/some.sh")).hasContent("of all");
        assertThat(folder.resolve("new/6.1")).doesNotExist();
    }

    @Test
    void whatIsAnotherKernelsIsNoInput() throws IOException {
        List<String> before = of("6.1.2").inputs();
        write("6.12/only.sh", "changed");
        assertThat(of("6.1.2").inputs()).isEqualTo(before);
        write("6.1/some.sh", "changed");
        assertThat(of("6.1.2").inputs()).isNotEqualTo(before);
    }

    @Test
    void ofOneKernelTheFolderIsAsItIs() {
        TestScripts all = new TestScripts(scripts, Optional.empty(), List.of());

        assertThat(all.in(folder.resolve("copies"))).contains(scripts);
        assertThat(all.inputs()).isEqualTo(Steps.contents(scripts));
        assertThat(new TestScripts(folder.resolve("absent"), Optional.of("6.1.2"), List.of("6.1.2"))
                        .in(folder.resolve("copies")))
                .isEmpty();
    }
}
