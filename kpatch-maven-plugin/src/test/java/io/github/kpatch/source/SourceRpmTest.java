package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Tools;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.RpmTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Source packages of RPM as a kernel's source, made by rpmbuild. */
class SourceRpmTest {
    private static final String RELEASE = "6.1.10-1.el9.x86_64";

    @TempDir
    Path folder;

    private ToyKernel toy;

    @BeforeEach
    void makeKernel() throws IOException {
        RpmTools.need("rpmbuild");
        toy = new ToyKernel(folder).banner("Linux version " + RELEASE + " (a@b) (gcc) #1 SMP");
        Files.writeString(folder.resolve("one.patch"), """
                --- a/kernel/a.c
                +++ b/kernel/a.c
                @@ -1 +1,2 @@
                 int a;
                +int b;
                """);
        Files.writeString(folder.resolve("two.patch"), """
                --- a/kernel/a.c
                +++ b/kernel/a.c
                @@ -1,2 +1,2 @@
                 int a;
                -int b;
                +int c;
                """);
        Files.writeString(folder.resolve("empty.patch"), "\n");
    }

    private Path sourcePackage(String release, String prep) {
        return RpmTools.source(
                folder, """
                Name: kernel
                Version: 6.1.10
                Release: %s
                Summary: a test
                License: GPLv2
                Source0: %s
                Patch1: two.patch
                Patch2: one.patch
                Patch999: empty.patch
                %%description
                A test.
                %%prep
                %s
                %%files
                """.formatted(release, toy.sourceArchive().getFileName(), prep));
    }

    private PreparedKernel prepared(Path source) {
        KernelCache cache = new KernelCache(folder.resolve("cache"), line -> {});
        CommandRunner runner = new CommandRunner(line -> {});
        return new Kernels(
                        cache,
                        runner,
                        Progress.NONE,
                        new Tools(runner, cache.memo()),
                        folder.resolve("no-root"),
                        DistributionChoice.HERE)
                .locate(new KernelRequest(
                        Optional.empty(), toy.pieces(source), Optional.empty(), DebugPackage.AUTO, false, 2, false))
                .prepared();
    }

    @Test
    void theArchiveIsPatchedInTheSpecsOrder() throws IOException {
        PreparedKernel kernel = prepared(sourcePackage("1.el9", """
                %setup -q -n linux-6.1
                ApplyPatch one.patch
                %patch1 -p1
                ApplyOptionalPatch empty.patch
                """));

        assertThat(Files.readString(kernel.tree().resolve("kernel/a.c"))).isEqualTo("int a;\nint c;\n");
        assertThat(kernel.lock().sourceVersion()).isEqualTo("6.1.10-1.el9");
        assertThat(kernel.lock().release()).isEqualTo(RELEASE);
    }

    @Test
    void sourceOfAnotherReleaseIsRefused() {
        Path other = sourcePackage("2.el9", "%autosetup -N -n linux-6.1");

        assertThatThrownBy(() -> prepared(other))
                .isInstanceOf(ProblemException.class)
                .hasMessageContainingAll("KP205", "6.1.10-2.el9", RELEASE);
    }

    @Test
    void aPatchThatDoesNotApplyAndARecipeThatIsMoreAreRefused() {
        Path wrongOrder = sourcePackage("1.el9", "%autosetup -p1 -n linux-6.1");
        assertThatThrownBy(() -> prepared(wrongOrder)).hasMessageContainingAll("KP103", "two.patch");

        Path more = sourcePackage("1.el9", "%setup -q\nsed -i s/a/b/ kernel/a.c");
        assertThatThrownBy(() -> prepared(more))
                .hasMessageContainingAll("KP262", "sed -i", "kernel-6.1.10-1.el9.src.rpm");
    }
}
