package io.github.kpatch.stages;

import io.github.kpatch.host.Folders;
import io.github.kpatch.kbuild.AskKbuild;
import io.github.kpatch.kbuild.BuildPlace;
import io.github.kpatch.kbuild.ChangedParts;
import io.github.kpatch.kbuild.CheckConfigKept;
import io.github.kpatch.kbuild.Kbuild;
import io.github.kpatch.kbuild.PrivateView;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds out what a series does to what the kernel is made of: its configuration, and the objects that kbuild makes. The
 * kernel's own tools are asked in two views of the tree, one as it was and one as the patches leave it. A series that
 * changes existing source files alone asks nothing.
 */
final class FindParts {
    private final PreparedKernel kernel;
    private final PatchedSources sources;
    private final BuildContext context;
    private final BuildPlace place;
    private final Path log;

    FindParts(PreparedKernel kernel, PatchedSources sources, BuildContext context, BuildPlace place, Path log) {
        this.kernel = kernel;
        this.sources = sources;
        this.context = context;
        this.place = place;
        this.log = log;
    }

    /**
     * What becomes of the parts.
     *
     * @throws ProblemException KP319, KP320 with all that a running kernel cannot follow
     */
    ChangedParts find() {
        List<String> kconfig = sources.rules(true);
        List<String> makefiles = sources.rules(false);
        List<String> comingAndGoing = sources.touched().stream()
                .filter(path -> path.endsWith(".c")
                        && (sources.deleted().contains(path)
                                || !Files.isRegularFile(kernel.tree().resolve(path))))
                .toList();
        if (kconfig.isEmpty() && makefiles.isEmpty() && comingAndGoing.isEmpty()) {
            return ChangedParts.NONE;
        }
        Path answers = place.path().resolve("parts");
        PrivateView original = view("asked-before");
        PrivateView patched = view("asked-after");
        try {
            sources.put(patched, PatchedSource::patched, context.workspace());
            ChangedParts.Side before =
                    new ChangedParts.Side(new AskKbuild(kbuild(), original, answers.resolve("before"), log), original);
            ChangedParts.Side after =
                    new ChangedParts.Side(new AskKbuild(kbuild(), patched, answers.resolve("after"), log), patched);
            List<Problem> problems = new ArrayList<>();
            if (!kconfig.isEmpty()) {
                problems.addAll(CheckConfigKept.of(kconfig, before, after, kernel.tree()));
            }
            ChangedParts parts = makefiles.isEmpty() && comingAndGoing.isEmpty()
                    ? ChangedParts.NONE
                    : ChangedParts.between(makefiles, comingAndGoing, before, after);
            problems.addAll(parts.problems());
            if (!problems.isEmpty()) {
                throw ProblemException.findings(problems);
            }
            return parts;
        } finally {
            Folders.delete(answers);
            Folders.delete(original.root());
            Folders.delete(patched.root());
        }
    }

    private PrivateView view(String name) {
        return PrivateView.of(
                kernel.tree(), place.path().resolve(name), kernel.target().symvers(), sources.places());
    }

    private Kbuild kbuild() {
        return new Kbuild(kernel, context.runner(), context.jobs());
    }
}
