package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.host.Tools;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.testing.NativeTools;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolchainTest {
    @TempDir
    Path folder;

    private final List<String> started = new ArrayList<>();
    private final CommandRunner runner = new CommandRunner(started::add);

    private FileMemo memo() {
        return new FileMemo(folder.resolve("memo"));
    }

    private static KernelConfig config(String text) {
        return KernelConfig.parse("test", text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void everythingMissingIsNamedAtOnceWithItsPackage() {
        Tools none = new Tools(runner, memo(), folder.toString());
        KernelConfig config =
                config("CONFIG_CC_VERSION_TEXT=\"gcc-12 (Debian 12.2.0) 12.2.0\"\nCONFIG_DEBUG_INFO_BTF=y\n");

        assertThatThrownBy(() -> Toolchain.find(
                        Optional.of(config), Optional.empty(), Optional.of("ccache"), none, runner, memo()))
                .hasMessageContaining("KP101 make: ")
                .hasMessageContaining("KP101 ccache: ")
                .hasMessageContaining("KP101 ld: ")
                .hasMessageContaining("KP101 pahole: ")
                .hasMessageContaining("KP101 python3: ")
                .hasMessageContaining("KP101 gcc-12: ")
                .hasMessageContaining(
                        "apt-get install bc binutils bison ccache dwarves flex gcc-12 make patch perl python3");
        assertThat(started).isEmpty();
    }

    @Test
    void paholeAndPythonAreNeededForBtfOnly() {
        Tools none = new Tools(runner, memo(), folder.toString());

        assertThatThrownBy(() -> Toolchain.find(
                        Optional.of(config("CONFIG_SMP=y\n")),
                        Optional.empty(),
                        Optional.empty(),
                        none,
                        runner,
                        memo()))
                .hasMessageContaining("KP101 gcc: ")
                .hasMessageNotContaining("pahole")
                .hasMessageNotContaining("python");
    }

    @Test
    void aKernelWithRustNeedsItsRustCompiler() throws IOException {
        KernelConfig config =
                config("CONFIG_RUST=y\nCONFIG_RUSTC_VERSION_TEXT=\"rustc 1.85.1 (4eb161250 2025-03-15)\"\n");
        Tools none = new Tools(runner, memo(), folder.toString());
        assertThatThrownBy(() ->
                        Toolchain.find(Optional.of(config), Optional.empty(), Optional.empty(), none, runner, memo()))
                .hasMessageContaining("KP101 rustc: ")
                .hasMessageContaining("KP101 bindgen: ");

        Path bin = Files.createDirectory(folder.resolve("bin"));
        Tools withRust = new Tools(runner, memo(), bin + File.pathSeparator + System.getenv("PATH"));
        script(bin.resolve("bindgen"), "bindgen 0.71.1");
        script(bin.resolve("rustc"), "rustc 1.63.0 (other)");
        assertThatThrownBy(() -> Toolchain.find(
                        Optional.of(config), Optional.of("gcc"), Optional.empty(), withRust, runner, memo()))
                .hasMessageContaining("KP102 rustc: The kernel was built with 'rustc 1.85.1', this is 'rustc 1.63.0'.");
        script(bin.resolve("rustc"), "rustc 1.85.1 (another build)");
        Toolchain found =
                Toolchain.find(Optional.of(config), Optional.of("gcc"), Optional.empty(), withRust, runner, memo());
        assertThat(found.tool("rustc").program()).isEqualTo(bin.resolve("rustc"));
    }

    private static void script(Path program, String version) throws IOException {
        Files.writeString(program, "#!/bin/sh\necho '" + version + "'\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void theCompilerSaysWhatItWritesIntoObjects() {
        Toolchain toolchain = Toolchain.find(
                Optional.of(config("CONFIG_SMP=y\n")), Optional.of("gcc"), Optional.empty(), runner, memo());
        NativeTools.compile(folder, "oracle", "int oracle;\n");
        String dump = NativeTools.run(folder, "readelf", "--string-dump=.comment", "oracle.o")
                .out();

        assertThat(dump).contains(toolchain.compiler().comment());
        assertThat(toolchain.compiler().version()).isEqualTo(ToyKernel.gccVersion());
        assertThat(toolchain.tool("make").version()).contains("Make");
        started.clear();
        Toolchain.find(Optional.of(config("CONFIG_SMP=y\n")), Optional.of("gcc"), Optional.empty(), runner, memo());
        assertThat(started).isEmpty();
    }

    @Test
    void theConfigNamesTheCompiler() {
        assertThat(Compiler.nameIn(config("CONFIG_CC_VERSION_TEXT=\"x86_64-linux-gnu-gcc-12 (Ubuntu 12) 12\"\n")))
                .isEqualTo("x86_64-linux-gnu-gcc-12");
        assertThat(Compiler.nameIn(config("CONFIG_SMP=y\n"))).isEqualTo("gcc");
    }
}
