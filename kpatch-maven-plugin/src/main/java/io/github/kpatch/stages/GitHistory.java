package io.github.kpatch.stages;

import io.github.kpatch.host.Command;
import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The history of a working copy, by which an author sees what was changed and takes it back. It is a comfort: where there
 * is no git, there is none, and nothing else depends on it.
 */
final class GitHistory {
    private final WorkingCopy copy;
    private final BuildContext context;
    private final Optional<Path> git;

    GitHistory(WorkingCopy copy, BuildContext context) {
        this.copy = copy;
        this.context = context;
        this.git = new Tools(context.runner(), context.cache().memo()).find("git");
    }

    /**
     * Commits files as they are now.
     *
     * @return whether there is a history
     */
    boolean commit(List<String> paths, String message) {
        if (git.isEmpty()) {
            return false;
        }
        String list = WorkingCopy.OWN + "/added";
        Folders.write(copy.root().resolve(list), String.join("\n", paths) + "\n");
        boolean begun = Files.exists(copy.root().resolve(".git")) || run("init", "--quiet");
        Folders.write(copy.root().resolve(".git/info/exclude"), WorkingCopy.OWN + "/\n");
        return begun
                && run("add", "--force", "--pathspec-from-file=" + list)
                && run(
                        "-c",
                        "user.name=kpatch-maven-plugin",
                        "-c",
                        "user.email=kpatch@localhost",
                        "-c",
                        "commit.gpgSign=false",
                        "commit",
                        "--quiet",
                        "--no-verify",
                        "--message=" + message,
                        "--pathspec-from-file=" + list);
    }

    /** Who git takes the user for, {@code name <address>}. */
    Optional<String> author() {
        return setting("user.name").flatMap(name -> setting("user.email").map(mail -> name + " <" + mail + ">"));
    }

    private Optional<String> setting(String name) {
        return git.map(program -> context.runner().run(Command.of(copy.root(), program.toString(), "config", name)))
                .filter(CommandResult::succeeded)
                .map(result -> String.join("", result.output()).strip())
                .filter(value -> !value.isEmpty());
    }

    private boolean run(String... arguments) {
        List<String> line = new ArrayList<>(List.of(git.orElseThrow().toString()));
        line.addAll(List.of(arguments));
        CommandResult result = context.runner().run(Command.of(copy.root(), line));
        if (!result.succeeded()) {
            context.console().warn("git keeps no history of the working copy: " + String.join(" / ", result.output()));
        }
        return result.succeeded();
    }
}
