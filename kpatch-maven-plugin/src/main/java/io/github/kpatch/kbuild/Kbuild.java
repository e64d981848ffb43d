package io.github.kpatch.kbuild;

import io.github.kpatch.host.Command;
import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Progress;
import io.github.kpatch.source.PreparedKernel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Calls make in a {@link PrivateView}.
 *
 * <p>For a single object kbuild first walks through everything that {@code prepare} makes, which takes longer than most
 * compilations and, in a tree that was moved, makes its tools anew, because their records hold absolute paths. The tree
 * is prepared, so {@code -o prepare} tells make to take that for granted, as it does for the results of the config.
 * {@code -o} does not reach a make that make calls, and the top Makefile calls itself once more to silence folder
 * messages; asked to keep silent it goes on in the first process ({@code --no-print-directory}).
 */
public final class Kbuild {
    /** Progress of a kernel build: {@code "  CC [M]  fs/xfs/xfs_super.o"}. */
    private static final Pattern COMPILING = Pattern.compile("\\s+CC\\s+(\\[M\\]\\s+)?\\S+\\.o");

    /** A variable that names all objects of a folder, those of which others are composed among them. */
    private static final Pattern LISTED = Pattern.compile("real-obj-[my] :?= (.*)");

    private final PreparedKernel kernel;
    private final CommandRunner runner;
    private final int jobs;

    /**
     * @param kernel the kernel whose tree the views show
     * @param jobs how many processes make may run at once, at least 1
     */
    public Kbuild(PreparedKernel kernel, CommandRunner runner, int jobs) {
        this.kernel = kernel;
        this.runner = runner;
        this.jobs = jobs;
    }

    /** Makes objects, all in one call, and goes on after an error so that every object with one is named. */
    public CommandResult objects(
            PrivateView view, List<String> objects, Path log, Progress.Task task, Consumer<String> lines) {
        List<String> arguments = new ArrayList<>(List.of("--keep-going", "-o", "prepare"));
        for (String configured :
                List.of("include/config/auto.conf", "include/config/auto.conf.cmd", "include/generated/autoconf.h")) {
            arguments.addAll(List.of("-o", configured));
        }
        arguments.addAll(objects);
        return make(view, arguments, Map.of(), log, line -> {
            lines.accept(line);
            if (COMPILING.matcher(line).matches()) {
                task.advance(1);
            }
        });
    }

    /**
     * The objects that a folder's Makefile asks for, relative to the tree and as kbuild names them. kbuild's makefile for
     * one folder is read by make and its variables printed; nothing is made.
     *
     * @param folder relative to the tree
     */
    public List<String> listed(PrivateView view, String folder) {
        List<String> line = new ArrayList<>(
                List.of("make", "-rR", "--dry-run", "--question", "--print-data-base", "-f", "scripts/Makefile.build"));
        line.add("obj=" + folder);
        line.addAll(kernel.makeVariables());
        Command command = in(view, line)
                .with("srctree", ".")
                .with("objtree", ".")
                .with("SRCARCH", Makefiles.architecture(kernel.tree()));
        List<String> objects = new ArrayList<>();
        runner.run(command, printed -> {
            Matcher matcher = LISTED.matcher(printed);
            if (matcher.matches()) {
                objects.addAll(List.of(matcher.group(1).trim().split("\\s+")));
            }
        });
        return objects;
    }

    /**
     * Calls make with the variables that the tree was prepared with.
     *
     * @param environment takes precedence over what the tree was prepared with
     */
    public CommandResult make(
            PrivateView view,
            List<String> arguments,
            Map<String, String> environment,
            Path log,
            Consumer<String> lines) {
        List<String> line = new ArrayList<>(List.of("make", "--no-print-directory", "-j" + jobs));
        line.addAll(arguments);
        line.addAll(kernel.makeVariables());
        Command command = in(view, line).loggedTo(log);
        Map<String, String> variables = new TreeMap<>(kernel.makeEnvironment());
        variables.putAll(environment);
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            command = command.with(variable.getKey(), variable.getValue());
        }
        return runner.run(command, lines);
    }

    private static Command in(PrivateView view, List<String> line) {
        return Command.of(view.root(), line).with("TMPDIR", view.temporary().toString());
    }
}
