package io.github.kpatch.mojo;

import io.github.kpatch.host.BarProgress;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Console;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.FullDisk;
import io.github.kpatch.host.HeartbeatProgress;
import io.github.kpatch.host.ProblemList;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Workspace;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemException;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecution;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * What all goals have in common: the switch that skips them, and the translation of problems into Maven's exceptions. A
 * finding about the patch is a failure of the build, bad input or environment an error in its execution, and neither
 * shows a stack trace; anything else is a bug of ours and says so.
 */
abstract class AbstractKpatchMojo extends AbstractMojo {
    /** Where bugs of the plugin are told. */
    private static final String REPORT =
            "This is a bug of kpatch-maven-plugin. Please report it with this message, the output of mvn -e -X, and the"
                    + " folder ";

    /** Skips all goals of the plugin. */
    @Parameter(property = "kpatch.skip", defaultValue = "false")
    private boolean skip;

    /**
     * How many processes or threads may work at once, make's jobs among them; 0 for as many as there are processors.
     */
    @Parameter(property = "kpatch.jobs", defaultValue = "0")
    private int jobs;

    /** Where the goals leave what they make; {@code target/kpatch} by default. */
    @Parameter(property = "kpatch.workDirectory")
    private File workDirectory;

    @Parameter(defaultValue = "${project.build.directory}", readonly = true, required = true)
    private File buildDirectory;

    @Parameter(defaultValue = "${session}", readonly = true, required = true)
    private MavenSession session;

    @Parameter(defaultValue = "${mojoExecution}", readonly = true, required = true)
    private MojoExecution execution;

    @Override
    public final void execute() throws MojoExecutionException, MojoFailureException {
        if (skip) {
            getLog().info("Skipped: kpatch.skip is set.");
            return;
        }
        if (isGoalSkipped()) {
            getLog().info("Skipped: kpatch." + execution.getGoal() + ".skip is set.");
            skipped();
            return;
        }
        try {
            run();
        } catch (ProblemException e) {
            String text = String.join(System.lineSeparator(), ProblemList.lines(e.problems(), log("problems")));
            if (e.kind() == ProblemException.Kind.FINDINGS) {
                throw new MojoFailureException(text);
            }
            getLog().debug(e);
            throw new MojoExecutionException(text);
        } catch (RuntimeException e) {
            Optional<Problem> fullDisk = FullDisk.in(e, Path.of(session.getExecutionRootDirectory()));
            if (fullDisk.isPresent()) {
                throw new MojoExecutionException(fullDisk.get().toString(), e);
            }
            throw new MojoExecutionException(e + System.lineSeparator() + REPORT + workDirectory() + "." + trace(e), e);
        }
    }

    /** Not everybody ran Maven with -e, and a bug may not come again. */
    private String trace(RuntimeException bug) {
        StringWriter trace = new StringWriter();
        bug.printStackTrace(new PrintWriter(trace));
        try {
            Folders.write(log("bug"), trace.toString());
            return " Stack trace: " + log("bug");
        } catch (ProblemException unwritable) {
            return System.lineSeparator() + trace;
        }
    }

    private Path log(String what) {
        return new Workspace(workDirectory()).log(execution.getGoal() + "-" + what);
    }

    /** Where the goals leave what they make. */
    final Path workDirectory() {
        return givenWorkDirectory().orElseGet(this::defaultWorkDirectory);
    }

    /** The folder that the user wants for what the goals make. */
    final Optional<Path> givenWorkDirectory() {
        return Optional.ofNullable(workDirectory).map(File::toPath);
    }

    /** Where a goal leaves what it makes when nobody says where. */
    Path defaultWorkDirectory() {
        return buildDirectory().resolve("kpatch");
    }

    /** The project's {@code target}. */
    final Path buildDirectory() {
        return buildDirectory.toPath();
    }

    /** Whether this goal's own switch skips it. */
    abstract boolean isGoalSkipped();

    /**
     * Does the goal's work.
     *
     * @throws ProblemException for whatever the user can act on
     */
    abstract void run() throws MojoExecutionException, MojoFailureException;

    /** Does what must be done even where this goal's own switch skips it. */
    void skipped() throws MojoExecutionException, MojoFailureException {}

    final MojoExecution execution() {
        return execution;
    }

    final MavenSession session() {
        return session;
    }

    /** The plugin's version. */
    final String pluginVersion() {
        return execution.getVersion();
    }

    /** How many processes or threads may work at once. */
    final int jobs() {
        return jobs > 0 ? jobs : Runtime.getRuntime().availableProcessors();
    }

    /** Maven's log. Where modules are built at the same time, each line says whose it is. */
    final Console console() {
        return console(projectPrefix());
    }

    /** The same for one of several kernels of a project. */
    final Console consoleOf(String release) {
        return console(projectPrefix() + "[" + release + "] ");
    }

    private String projectPrefix() {
        return session.isParallel() && session.getCurrentProject() != null
                ? "[" + session.getCurrentProject().getArtifactId() + "] "
                : "";
    }

    private Console console(String prefix) {
        return new Console() {
            @Override
            public void info(String line) {
                getLog().info(prefix + line);
            }

            @Override
            public void warn(String line) {
                getLog().warn(prefix + line);
            }
        };
    }

    /** A bar for who watches a terminal, a line now and then for everybody else. */
    final Progress progress() {
        boolean watched = Terminal.isThere() && session.getRequest().isInteractiveMode() && !session.isParallel();
        return watched ? new BarProgress() : new HeartbeatProgress(console()::info);
    }

    /** Runs processes, each of which {@code -X} shows. */
    final CommandRunner runner() {
        return new CommandRunner(command -> getLog().debug("$ " + command));
    }
}
