package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.testing.NativeTools;
import io.github.kpatch.testing.TestConsole;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DescribeModuleTest {
    @TempDir
    Path folder;

    private final TestConsole console = new TestConsole();

    private Path module(String... info) {
        StringBuilder source = new StringBuilder();
        for (int i = 0; i < info.length; i++) {
            source.append("static const char i%d[] __attribute__((used, section(\".modinfo\"), aligned(1))) = \"%s\";%n"
                    .formatted(i, info[i]));
        }
        return NativeTools.compile(folder, "module", source.toString());
    }

    @Test
    void whatIsMissingIsSaid() {
        DescribeModule.run(module("livepatch=Y"), console);

        assertThat(console.told)
                .contains(
                        "  module           not named",
                        "  for kernel       of any release, x86_64",
                        "  license          none",
                        "  needs            none",
                        "  signature        none",
                        "  replaces         unknown, for it has no table of functions",
                        "  klp relocations  none",
                        "  layouts          none",
                        "  mends            none");
    }

    @Test
    void noModuleSteersTheTerminal() {
        DescribeModule.run(module("livepatch=Y", "author=J\u00fcrgen\\033[2J"), console);

        assertThat(console.told).contains("  author           J\u00fcrgen?[2J");
    }

    @Test
    void aMissingFileIsRefused() {
        assertThatThrownBy(() -> DescribeModule.run(folder.resolve("none.ko"), console))
                .hasMessageStartingWith("KP210 " + folder.resolve("none.ko"));
    }
}
