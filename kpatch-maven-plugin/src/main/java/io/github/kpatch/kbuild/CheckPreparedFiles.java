package io.github.kpatch.kbuild;

import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.Progress;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A change of a header such as {@code sched.h} makes make wish to make again what {@code prepare} made of it, and kbuild
 * is told not to. Whether that is right is looked at here: where what was prepared would become another, code outside the
 * patch was built with the old one.
 */
public final class CheckPreparedFiles {
    private CheckPreparedFiles() {}

    /**
     * What of the prepared files the patch would change; empty where nothing.
     *
     * @param view with the patched files in it
     * @param tree the prepared tree
     * @param changed the files that the patch changes
     */
    public static List<Problem> of(
            PreparedFiles prepared, Kbuild kbuild, PrivateView view, Path tree, Collection<String> changed, Path log) {
        List<Problem> problems = new ArrayList<>();
        for (String made : prepared.others(changed)) {
            problems.add(Problem.of(
                    ProblemCode.PREPARED_FILE_CHANGED,
                    String.join(", ", changed),
                    made + ", by which the kernel's build writes source, is made from it."));
        }
        List<String> offsets = prepared.offsets(changed);
        if (offsets.isEmpty()) {
            return problems;
        }
        CompilerErrors errors = new CompilerErrors();
        CommandResult result = kbuild.objects(view, offsets, log, Progress.NONE.start("", -1, ""), errors);
        if (!result.succeeded()) {
            throw ProblemException.findings(errors.problems(result, ProblemCode.COMPILE_FAILED, log));
        }
        for (String made : offsets) {
            List<String> added = new ArrayList<>(PreparedFiles.values(view.file(made)));
            added.removeAll(PreparedFiles.values(tree.resolve(made)));
            for (String value : added) {
                problems.add(Problem.of(
                        ProblemCode.PREPARED_FILE_CHANGED,
                        made,
                        "The patch changes a number that assembly and other code was built with: " + value.strip()
                                + "."));
            }
        }
        return problems;
    }
}
