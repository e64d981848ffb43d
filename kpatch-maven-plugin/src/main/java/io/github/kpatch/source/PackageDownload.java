package io.github.kpatch.source;

import io.github.kpatch.host.Command;
import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.FolderGrowth;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Has a package manager bring one file. It comes into a folder of its own and goes to its place when it is whole: what a
 * killed download leaves is never taken for a package.
 *
 * @param wanted the package, by whose size progress is told
 * @param line the package manager with all its arguments
 * @param environment variables that it gets besides
 * @param partial folder for the file while it comes; emptied before, and removed when it has come
 * @param ending how the file's name ends
 */
public record PackageDownload(
        DistributionPackage wanted, List<String> line, Map<String, String> environment, Path partial, String ending) {
    private static final long MEBIBYTE = 1 << 20;

    public PackageDownload {
        line = List.copyOf(line);
        environment = Map.copyOf(environment);
    }

    /**
     * Brings it.
     *
     * @param failure what to say where the package manager fails or does not leave the one file
     * @return the file, in {@code folder} under the name that the package manager gave it
     */
    public Path into(
            Path folder, CommandRunner runner, Progress progress, Function<CommandResult, ProblemException> failure) {
        Folders.delete(partial);
        Folders.make(partial);
        CommandResult result;
        try (Progress.Task task =
                        progress.start("Downloading " + wanted.name(), Math.max(-1, wanted.size() / MEBIBYTE), "MiB");
                FolderGrowth growth = new FolderGrowth(partial, task)) {
            Command command = Command.of(partial, line);
            for (Map.Entry<String, String> variable : environment.entrySet()) {
                command = command.with(variable.getKey(), variable.getValue());
            }
            result = runner.run(command);
            growth.stop();
        }
        List<Path> files = Folders.list(partial).stream()
                .filter(file -> file.toString().endsWith(ending))
                .toList();
        if (!result.succeeded() || files.size() != 1) {
            throw failure.apply(result);
        }
        Path file = folder.resolve(files.get(0).getFileName());
        Folders.doing(file, () -> {
            Folders.move(files.get(0), file);
            return file;
        });
        Folders.delete(partial);
        return file;
    }
}
