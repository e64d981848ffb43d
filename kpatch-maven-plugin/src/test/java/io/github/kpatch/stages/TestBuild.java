package io.github.kpatch.stages;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Workspace;
import io.github.kpatch.source.KernelCache;
import io.github.kpatch.testing.TestConsole;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A build in a temporary folder, that remembers what it told and what it ran. */
final class TestBuild extends TestConsole {
    final List<String> ran = new ArrayList<>();

    private final Path folder;

    TestBuild(Path folder) {
        this.folder = folder;
    }

    /** What a stage works with, as a new run of Maven would make it. */
    BuildContext context() {
        return context("1");
    }

    BuildContext context(String pluginVersion) {
        Workspace workspace = new Workspace(folder.resolve("work"));
        return new BuildContext(
                workspace,
                new Steps(workspace, pluginVersion, this),
                new KernelCache(folder.resolve("cache"), this::info),
                new CommandRunner(ran::add),
                Progress.NONE,
                this,
                2);
    }
}
