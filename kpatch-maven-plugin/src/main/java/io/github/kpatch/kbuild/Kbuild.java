package io.github.kpatch.kbuild;

import io.github.kpatch.host.Command;
import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Progress;
import io.github.kpatch.source.PreparedKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

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
    /** Progress of a kernel build: {@code "  CC [M]  fs/xfs/xfs_super.o"}, and of its preprocessor. */
    private static final Pattern COMPILING = Pattern.compile("\\s+(?:CC|CPP)\\s+(\\[M\\]\\s+)?\\S+\\.[oi]");

    /** What kbuild makes one folder with. */
    private static final String FOLDER_MAKEFILE = "scripts/Makefile.build";

    /** Variables that name all objects of a folder, those of which others are composed among them. */
    private static final Pattern OBJECTS = Pattern.compile("(?:real-obj-[my]|lib-y|extra-y|always-y) :?= ?(.*)");

    /** What make says when it does not find the folder's makefile; it then has variables without a value. */
    private static final Pattern NO_MAKEFILE = Pattern.compile("No rule to make target '[^']*(?:Makefile|Kbuild)'");

    /** The variable that names the folders to go on into. */
    private static final Pattern FOLDERS = Pattern.compile("subdir-ym :?= ?(.*)");

    /**
     * What debug information of an object tells all types that its source defines, in a form that is the same whatever the
     * kernel's config asks for: it comes last on the compiler's command line. {@code KPATCH_LAYOUTS} lets the headers for
     * authors leave what an author accepts.
     */
    private static final String WITH_TYPES = " -g -gdwarf-4 -gz=none -fno-eliminate-unused-debug-types"
            + " -femit-struct-debug-detailed=any -fno-var-tracking -DKPATCH_LAYOUTS";

    private static final String OPTIONS = "KCFLAGS=";

    private final PreparedKernel kernel;
    private final List<String> makeVariables;
    private final Map<String, String> environment;
    private final CommandRunner runner;
    private final int jobs;

    /**
     * @param kernel the kernel whose tree the views show
     * @param jobs how many processes make may run at once, at least 1
     */
    public Kbuild(PreparedKernel kernel, CommandRunner runner, int jobs) {
        this(kernel, kernel.makeVariables(), kernel.makeEnvironment(), runner, jobs);
    }

    private Kbuild(
            PreparedKernel kernel,
            List<String> makeVariables,
            Map<String, String> environment,
            CommandRunner runner,
            int jobs) {
        this.kernel = kernel;
        this.makeVariables = List.copyOf(makeVariables);
        this.environment = Map.copyOf(environment);
        this.runner = runner;
        this.jobs = jobs;
    }

    /** Makes the same objects, and has the compiler called by a launcher. */
    public Kbuild with(CompilerLauncher launcher) {
        Map<String, String> more = CompilerLauncher.environment(System.getenv());
        more.putAll(environment);
        return new Kbuild(kernel, launcher.in(makeVariables, kernel.toolchain().compiler()), more, runner, jobs);
    }

    /** Makes the same objects with debug information about every type that their source defines. */
    public Kbuild withTypes() {
        boolean hasOptions = makeVariables.stream().anyMatch(variable -> variable.startsWith(OPTIONS));
        List<String> more = Stream.concat(makeVariables.stream(), hasOptions ? Stream.empty() : Stream.of(OPTIONS))
                .map(variable -> variable.startsWith(OPTIONS) ? variable + WITH_TYPES : variable)
                .toList();
        return new Kbuild(kernel, more, environment, runner, jobs);
    }

    /** Tells make that the tree is configured, so that it does not try to do it again. */
    static List<String> configured() {
        return Stream.of("include/config/auto.conf", "include/config/auto.conf.cmd", "include/generated/autoconf.h")
                .flatMap(made -> Stream.of("-o", made))
                .toList();
    }

    /** Makes objects, all in one call, and goes on after an error so that every object with one is named. */
    public CommandResult objects(
            PrivateView view, List<String> objects, Path log, Progress.Task task, Consumer<String> lines) {
        List<String> arguments = new ArrayList<>(List.of("--keep-going", "-o", "prepare"));
        arguments.addAll(configured());
        arguments.addAll(folderOption());
        objects.stream().map(this::goal).forEach(arguments::add);
        return make(view, arguments, Map.of(), log, line -> {
            lines.accept(line);
            if (COMPILING.matcher(line).matches()) {
                task.advance(1);
            }
        });
    }

    /** Tells make which folder's modules are built, where they are not the kernel's. */
    List<String> folderOption() {
        return kernel.laidOver().map(layer -> List.of("M=" + layer.folder())).orElse(List.of());
    }

    /** How make is asked for an object: by its path in the folder that it is told of. */
    private String goal(String object) {
        return kernel.laidOver()
                .map(layer ->
                        Path.of(layer.folder()).relativize(Path.of(object)).toString())
                .orElse(object);
    }

    /**
     * What a folder's Makefile asks for. kbuild's makefile for one folder is read by make and its variables printed;
     * nothing is made.
     *
     * @param folder relative to the tree
     * @return empty where make did not say, or the tree is no kernel's with such a makefile
     */
    public Optional<Listing> listed(PrivateView view, String folder) {
        if (!Files.isRegularFile(kernel.tree().resolve(FOLDER_MAKEFILE))) {
            return Optional.empty();
        }
        List<String> line = new ArrayList<>(
                List.of("make", "-rR", "--dry-run", "--question", "--print-data-base", "-f", FOLDER_MAKEFILE));
        line.add("obj=" + folder);
        line.addAll(makeVariables);
        Command command = in(view, line)
                .with("srctree", ".")
                .with("srcroot", ".")
                .with("objtree", ".")
                .with("SRCARCH", Makefiles.architecture(kernel.tree()));
        List<String> objects = new ArrayList<>();
        Set<String> folders = new TreeSet<>();
        AtomicBoolean answered = new AtomicBoolean();
        AtomicBoolean lost = new AtomicBoolean();
        runner.run(command, printed -> {
            Matcher object = OBJECTS.matcher(printed);
            if (object.matches()) {
                objects.addAll(words(object));
            }
            Matcher below = FOLDERS.matcher(printed);
            if (below.matches()) {
                folders.addAll(words(below));
                answered.set(true);
            }
            lost.compareAndSet(false, NO_MAKEFILE.matcher(printed).find());
        });
        return answered.get() && !lost.get() ? Optional.of(new Listing(objects, folders)) : Optional.empty();
    }

    private static List<String> words(Matcher variable) {
        return Stream.of(variable.group(1).split("\\s+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /**
     * Calls make with the variables that the tree was prepared with.
     *
     * @param overriding environment that takes precedence over what the tree was prepared with
     */
    public CommandResult make(
            PrivateView view,
            List<String> arguments,
            Map<String, String> overriding,
            Path log,
            Consumer<String> lines) {
        List<String> line = new ArrayList<>(List.of("make", "--no-print-directory", "-j" + jobs));
        line.addAll(arguments);
        line.addAll(makeVariables);
        Command command = in(view, line).loggedTo(log);
        Map<String, String> variables = new TreeMap<>(environment);
        variables.putAll(overriding);
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            command = command.with(variable.getKey(), variable.getValue());
        }
        return runner.run(command, lines);
    }

    private static Command in(PrivateView view, List<String> line) {
        return Command.of(view.root(), line).with("TMPDIR", view.temporary().toString());
    }
}
