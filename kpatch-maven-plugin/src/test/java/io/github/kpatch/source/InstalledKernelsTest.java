package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Tools;
import io.github.kpatch.kernel.KernelRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kernel that nobody packaged, where it is installed. */
class InstalledKernelsTest {
    private static final String RELEASE = ToyKernel.RELEASE;

    @TempDir
    Path folder;

    private Path root;
    private ToyKernel toy;

    @BeforeEach
    void install() throws IOException {
        root = folder.resolve("root");
        toy = new ToyKernel(folder).banner("Linux version " + RELEASE + " (a@b) (gcc) #1 SMP");
        Path modules = Files.createDirectories(root.resolve("lib/modules/" + RELEASE + "/kernel/fs"));
        Files.copy(toy.modules().resolve("kernel/fs/my-module.ko"), modules.resolve("my-module.ko"));
        Path build = Files.createDirectories(root.resolve("usr/src/build"));
        Files.copy(toy.symvers(), build.resolve("Module.symvers"));
        Files.copy(toy.vmlinux(), build.resolve("vmlinux"));
        Files.createDirectories(root.resolve("boot"));
        Files.copy(toy.configFile(), root.resolve("boot/config-" + RELEASE));
        Files.writeString(root.resolve("boot/vmlinuz-" + RELEASE), "image");
        Files.createSymbolicLink(root.resolve("lib/modules/" + RELEASE + "/build"), build);
        Files.createSymbolicLink(root.resolve("lib/modules/" + RELEASE + "/source"), toy.sourceFolder());
        // Left-overs of a kernel that is gone.
        Files.createDirectories(root.resolve("lib/modules/6.1.0-9-amd64/updates"));
    }

    private Kernels kernels() {
        KernelCache cache = new KernelCache(folder.resolve("cache"), line -> {});
        CommandRunner runner = new CommandRunner(line -> {});
        return new Kernels(
                cache,
                runner,
                Progress.NONE,
                new Tools(runner, cache.memo()),
                root,
                new DistributionChoice(Optional.of("machine"), Optional.empty(), Optional.empty(), Optional.empty()));
    }

    private static KernelRequest request(DebugPackage debugPackage) {
        return new KernelRequest(Optional.empty(), GivenPieces.NONE, Optional.empty(), debugPackage, true, 1, false);
    }

    @Test
    void allPiecesAreFoundWithoutAPackageManager() {
        PreparedKernel kernel = kernels().locate(request(DebugPackage.ALWAYS)).prepared();

        assertThat(kernel.target().release().value()).isEqualTo(RELEASE);
        assertThat(kernel.target().config()).hasSameBinaryContentAs(toy.configFile());
        assertThat(kernel.target().bootImage().orElseThrow()).hasContent("image");
        assertThat(kernel.tree().resolve("kernel/a.c")).hasContent("int a;\n");
    }

    @Test
    void theReleasesAreThoseWithABootImage() {
        assertThat(kernels().releases(true))
                .extracting(offered -> offered.release().value())
                .containsExactly(RELEASE);
        assertThat(kernels().defaultRelease(true)).isEqualTo(new KernelRelease(RELEASE));
    }

    @Test
    void whatIsNotThereIsNamedWithItsParameter() throws IOException {
        Files.delete(root.resolve("lib/modules/" + RELEASE + "/source"));

        assertThatThrownBy(() -> kernels().locate(request(DebugPackage.ALWAYS)).prepared())
                .hasMessageContainingAll("KP210", RELEASE, "/lib/modules/" + RELEASE + "/source", "kpatch.source");
    }
}
