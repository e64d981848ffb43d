package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.arch.Architectures;
import io.github.kpatch.host.KeptFile;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.livepatch.LinkerOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LinkModuleTest {
    @Test
    void aModuleThatDoesNotReplaceOthersSaysSo() {
        Path file = Path.of("kpatch-x.ko");
        KeptFile kept = new KeptFile(file, "0".repeat(64));
        assertThat(new LinkedModule(kept, true, new TreeMap<>(), List.of(), Optional.empty(), List.of()).story(file))
                .isEqualTo("Linked kpatch-x.ko");
        assertThat(new LinkedModule(kept, false, new TreeMap<>(), List.of(), Optional.empty(), List.of()).story(file))
                .isEqualTo("Linked kpatch-x.ko, which does not replace the live patches loaded before it,");
    }

    private static String arguments(String release) {
        return String.join(
                "|",
                LinkModule.arguments(
                        Path.of("/build/module"),
                        LinkerOptions.of(new KernelRelease(release), Architectures.ALL.get(0))));
    }

    @Test
    void theSecondLinkOfOlderKernelsKeepsArchSectionsApart() {
        assertThat(arguments("6.1.0-56-amd64")).isEqualTo("M=/build/module|modules");
        assertThat(arguments("5.7.0-1-amd64"))
                .isEqualTo("M=/build/module|modules"
                        + "|LDFLAGS_MODULE=--unique=.parainstructions --unique=.altinstructions");
    }
}
