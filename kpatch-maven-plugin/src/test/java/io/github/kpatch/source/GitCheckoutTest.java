package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Tools;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkout of git as source: the tree as it lies counts, and history has no part in it. */
class GitCheckoutTest {
    @TempDir
    Path folder;

    private ToyKernel toy;
    private Path checkout;

    @BeforeEach
    void commit() {
        toy = new ToyKernel(folder).banner("Linux version " + ToyKernel.RELEASE + " (a@b) (gcc) #1 SMP");
        checkout = toy.sourceFolder();
        git("init", "-q");
        git("add", ".");
        git("commit", "-qm", "all of it");
    }

    private String git(String... arguments) {
        String[] line = new String[arguments.length + 5];
        System.arraycopy(
                new String[] {"git", "-c", "user.name=Toy", "-c", "user.email=toy@example.org"}, 0, line, 0, 5);
        System.arraycopy(arguments, 0, line, 5, arguments.length);
        return NativeTools.run(checkout, line).out();
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
    void historyHasNoPartInIt() throws IOException {
        String digest = prepared(checkout).lock().sourceSha256();
        git("tag", "v6.1.10");
        git("commit", "-q", "--allow-empty", "-m", "nothing");
        PreparedKernel again = prepared(checkout);

        assertThat(again.lock().sourceSha256()).isEqualTo(digest);
        assertThat(again.tree().resolve(".git")).doesNotExist();
        assertThat(again.tree().resolve("include/generated/utsrelease.h"))
                .content()
                .contains("\"" + ToyKernel.RELEASE + "\"")
                .doesNotContain("+");
        assertThat(git("status", "--short")).isEmpty();
    }

    @Test
    void whatIsChangedAndNotCommittedCounts() throws IOException {
        String digest = prepared(checkout).lock().sourceSha256();
        Files.writeString(checkout.resolve("kernel/a.c"), "int changed;\n");
        Files.writeString(checkout.resolve("kernel/new.c"), "int untracked;\n");
        PreparedKernel changed = prepared(checkout);

        assertThat(changed.lock().sourceSha256()).isNotEqualTo(digest);
        assertThat(changed.tree().resolve("kernel/a.c")).hasContent("int changed;\n");
        assertThat(changed.tree().resolve("kernel/new.c")).exists();
        assertThat(changed.lock().release()).isEqualTo(ToyKernel.RELEASE);
    }

    /** In a further worktree .git is a file. */
    @Test
    void aWorktreeIsTheSameSource() {
        Path other = folder.resolve("other-worktree");
        String digest = prepared(checkout).lock().sourceSha256();
        git("worktree", "add", "-q", "--detach", other.toString());

        assertThat(other.resolve(".git")).isRegularFile();
        PreparedKernel kernel = prepared(other);
        assertThat(kernel.tree().resolve(".git")).doesNotExist();
        assertThat(kernel.lock().sourceSha256()).isEqualTo(digest);
    }
}
