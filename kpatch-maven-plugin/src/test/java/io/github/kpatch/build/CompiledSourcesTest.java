package io.github.kpatch.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompiledSourcesTest {
    @TempDir
    private Path tree;

    @Test
    void aFileThatOthersIncludeIsCompiledWithThem() throws IOException {
        Files.createDirectories(tree.resolve("kernel/sched"));
        Files.writeString(tree.resolve("kernel/sched/rt.c"), "int rt;\n");
        Files.writeString(tree.resolve("kernel/sched/fair.c"), "/* \"rt.c\" */\n#include \"port.c\"\n");
        Files.writeString(tree.resolve("kernel/sched/policy.c"), "#include <linux/fs.h>\n # include \"rt.c\"\n");

        assertThat(CompiledSources.objectsOf(tree, List.of("kernel/sched/rt.c", "kernel/sched/fair.c")))
                .containsExactly("kernel/sched/fair.o", "kernel/sched/policy.o");
    }
}
