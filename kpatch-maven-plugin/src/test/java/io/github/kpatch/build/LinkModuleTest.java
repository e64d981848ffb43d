package io.github.kpatch.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.livepatch.LinkerOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LinkModuleTest {
    private static String arguments(String release) {
        return String.join(
                "|", LinkModule.arguments(Path.of("/build/module"), LinkerOptions.of(new KernelRelease(release))));
    }

    @Test
    void theSecondLinkOfOlderKernelsKeepsArchSectionsApart() {
        assertThat(arguments("6.1.0-56-amd64")).isEqualTo("M=/build/module|modules");
        assertThat(arguments("5.7.0-1-amd64"))
                .isEqualTo("M=/build/module|modules"
                        + "|LDFLAGS_MODULE=--unique=.parainstructions --unique=.altinstructions");
    }
}
