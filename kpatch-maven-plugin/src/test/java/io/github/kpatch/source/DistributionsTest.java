package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Tools;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.deb.Deb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which distribution a kernel comes from. */
class DistributionsTest {
    @TempDir
    Path root;

    private Distribution distribution(DistributionChoice choice) {
        KernelCache cache = new KernelCache(root.resolve("cache"), line -> {});
        CommandRunner runner = new CommandRunner(line -> {});
        return Distributions.of(choice, cache, runner, new Tools(runner, cache.memo(), ""), Progress.NONE, false, root);
    }

    private void osRelease(String folder, String text) throws IOException {
        Files.createDirectories(root.resolve(folder));
        Files.writeString(root.resolve(folder + "/os-release"), text);
    }

    private static DistributionChoice named(String name) {
        return new DistributionChoice(Optional.of(name), Optional.empty(), Optional.empty(), Optional.empty());
    }

    @Test
    void namesAreReadAsAShellReadsThem() {
        OsRelease release = OsRelease.parse("""
                # a comment with ID=none
                NAME="Rocky Linux"
                ID="rocky"
                VERSION_ID='9.4'
                ID_LIKE="rhel centos fedora"
                """);

        assertThat(release.id()).contains("rocky");
        assertThat(release.like()).containsExactly("rhel", "centos", "fedora");
        assertThat(OsRelease.parse("ID=\n")).isEqualTo(OsRelease.parse(""));
    }

    @Test
    void oneThatIsMadeAfterAKnownOneIsThatOne() throws IOException {
        osRelease("usr/lib", "ID=linuxmint\nID_LIKE=\"other debian\"\n");
        assertThat(distribution(DistributionChoice.HERE)).isInstanceOf(Deb.class);
    }

    @Test
    void whatEtcSaysGoesBeforeWhatUsrSays() throws IOException {
        osRelease("usr/lib", "ID=debian\n");
        osRelease("etc", "ID=plan9\nID_LIKE=unix\n");
        assertUnknown(DistributionChoice.HERE, "plan9, like unix");
    }

    @Test
    void anUnknownOneIsRefusedWhenItIsAskedAndNotBefore() throws IOException {
        assertUnknown(DistributionChoice.HERE, "does not say");
        osRelease("etc", "ID=debian\n");
        assertUnknown(named("plan9"), "'plan9'");
    }

    private void assertUnknown(DistributionChoice choice, String what) {
        Distribution distribution = distribution(choice);
        List<Runnable> questions = List.of(
                distribution::defaultRelease,
                distribution::releases,
                () -> distribution.build(new KernelRelease("6.1.0-7-amd64")));
        for (Runnable question : questions) {
            assertThatThrownBy(question::run)
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContainingAll("KP261", what, "debian", "kpatch.distribution");
        }
    }

    @Test
    void aNameGoesBeforeWhatTheMachineSays() throws IOException {
        osRelease("etc", "ID=plan9\n");
        assertThat(distribution(named("debian"))).isInstanceOf(Deb.class);
    }
}
