package io.github.kpatch.stages;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Console;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Workspace;
import io.github.kpatch.source.DistributionChoice;
import io.github.kpatch.source.KernelCache;
import io.github.kpatch.testing.TestConsole;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

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
        return context(pluginVersion, this);
    }

    /** The same of a run with a console of its own. */
    BuildContext context(Consumer<String> told) {
        return context("1", new Console() {
            @Override
            public void info(String line) {
                told.accept(line);
            }

            @Override
            public void warn(String line) {
                told.accept(line);
            }
        });
    }

    private BuildContext context(String pluginVersion, Console console) {
        Workspace workspace = new Workspace(folder.resolve("work"));
        return new BuildContext(
                workspace,
                new Steps(workspace, pluginVersion, console),
                new KernelCache(folder.resolve("cache"), console::info),
                new CommandRunner(ran::add),
                Progress.NONE,
                console,
                2,
                Optional.empty(),
                DistributionChoice.HERE);
    }
}
