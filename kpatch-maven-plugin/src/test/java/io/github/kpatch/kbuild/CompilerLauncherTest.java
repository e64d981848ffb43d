package io.github.kpatch.kbuild;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.source.Compiler;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What make is told where a launcher calls the compiler. */
class CompilerLauncherTest {
    @Test
    void itIsCalledForObjectsAndNotForHostPrograms() {
        assertThat(new CompilerLauncher("ccache")
                        .in(
                                List.of("KERNELRELEASE=6.1.0", "CC=gcc-12", "HOSTCC=gcc-12", "KCFLAGS=-g0"),
                                new Compiler("gcc-12", Path.of("/usr/bin/gcc-12"), "gcc-12 (#1 for $5) 12", "GCC")))
                .containsExactly(
                        "KERNELRELEASE=6.1.0",
                        "CC=ccache gcc-12",
                        "HOSTCC=gcc-12",
                        "KCFLAGS=-g0",
                        "CC_VERSION_TEXT=gcc-12 (1 for $$5) 12");
    }

    @Test
    void itSeesWhatSteersItAndNothingThatSteersKbuild() {
        assertThat(CompilerLauncher.environment(
                        Map.of("CCACHE_DIR", "/c", "DISTCC_HOSTS", "a b", "KCFLAGS", "-O0", "CC", "clang")))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("CCACHE_DIR", "/c", "DISTCC_HOSTS", "a b", "CCACHE_NOHARDLINK", "true"));
    }

    @Test
    void whatItKeepsIsNeverAFileThatObjtoolChanges() {
        assertThat(CompilerLauncher.environment(Map.of("CCACHE_HARDLINK", "true")))
                .containsEntry("CCACHE_NOHARDLINK", "true");
    }
}
