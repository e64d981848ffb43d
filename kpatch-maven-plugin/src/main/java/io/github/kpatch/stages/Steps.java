package io.github.kpatch.stages;

import com.google.gson.reflect.TypeToken;
import io.github.kpatch.host.Console;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Json;
import io.github.kpatch.host.WallTime;
import io.github.kpatch.host.Workspace;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Does stages, each once for the same inputs. What a stage found out stands in its record, a JSON file that is written
 * last and deleted first: a record that exists speaks of files that are complete. A record names the format and the
 * version of the plugin, because another version may do the same stage differently.
 */
public final class Steps {
    /** Counts changes of what the records and the stages' folders hold. */
    private static final int FORMAT = 2;

    private final Workspace workspace;
    private final String pluginVersion;
    private final Console console;

    /**
     * @param pluginVersion the plugin's version
     * @param console told each step with its time
     */
    public Steps(Workspace workspace, String pluginVersion, Console console) {
        this.workspace = workspace;
        this.pluginVersion = pluginVersion;
        this.console = console;
    }

    /** What a record's file holds. */
    private record Completion<T>(int format, String plugin, String stage, String inputs, T result) {}

    /** Does the step's work, or nothing where it was done for the same inputs before. */
    <T> T run(Step<T> step) {
        return run(step, System.nanoTime());
    }

    /**
     * Does the step's work, or nothing where it was done for the same inputs before.
     *
     * @param start when work on the stage began, in {@link System#nanoTime()}: for some, finding out the inputs is most
     *     of it
     */
    <T> T run(Step<T> step, long start) {
        String inputs = Digests.of(step.inputs());
        Optional<T> earlier = read(step.stage(), step.type())
                .filter(completion -> completion.inputs().equals(inputs))
                .map(Completion::result)
                .filter(step.intact());
        if (earlier.isPresent()) {
            console.info(step.story().apply(earlier.get()) + " (nothing changed)");
            return earlier.get();
        }
        forget(step.stage());
        Path folder = Folders.make(step.stage().folder(workspace));
        T result = step.work().apply(folder);
        Folders.write(
                step.stage().record(workspace),
                Json.write(new Completion<>(FORMAT, pluginVersion, step.stage().goal(), inputs, result)));
        console.info(step.story().apply(result) + " in " + WallTime.since(start));
        return result;
    }

    /** Deletes what a stage left. */
    void forget(Stage stage) {
        Folders.delete(stage.record(workspace));
        Folders.delete(stage.folder(workspace));
        Folders.delete(stage.log(workspace));
    }

    /**
     * What an earlier stage found out.
     *
     * @param by the stage that asks, which tells what a user who did not run the earlier ones should run
     * @throws ProblemException KP104 when the stage has not been done
     */
    <T> T need(Stage stage, Class<T> type, Stage by) {
        return read(stage, type)
                .map(Completion::result)
                .orElseThrow(() -> ProblemException.input(new Problem(
                        ProblemCode.STAGE_MISSING,
                        "kpatch:" + stage.goal(),
                        "This goal has not been run in this project yet, or by another version of the plugin.",
                        "Run mvn " + by.before().phase() + " first.")));
    }

    /** Tells apart what an earlier stage, which must have been done, found out. */
    String digest(Stage stage) {
        return Digests.of(stage.record(workspace));
    }

    private <T> Optional<Completion<T>> read(Stage stage, Class<T> type) {
        try {
            String text = Files.readString(stage.record(workspace), StandardCharsets.UTF_8);
            Completion<T> completion = Json.read(text, completionOf(type));
            boolean current = completion.format() == FORMAT
                    && completion.plugin().equals(pluginVersion)
                    && completion.stage().equals(stage.goal());
            return current ? Optional.of(completion) : Optional.empty();
        } catch (IOException | RuntimeException missingOrNotOurs) {
            return Optional.empty();
        }
    }

    @SuppressWarnings("unchecked") // The parameterized type is put together here.
    private static <T> TypeToken<Completion<T>> completionOf(Class<T> type) {
        return (TypeToken<Completion<T>>) TypeToken.getParameterized(Completion.class, type);
    }

    /** Names and contents of the files below a folder, as an input of a step. */
    static List<String> contents(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        return Folders.doing(folder, () -> {
            try (var files = Files.walk(folder)) {
                List<String> contents = new ArrayList<>();
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    contents.add(folder.relativize(file) + " " + Digests.of(file));
                }
                return contents;
            }
        });
    }
}
