package io.github.kpatch.stages;

import com.google.gson.reflect.TypeToken;
import io.github.kpatch.host.Console;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Json;
import io.github.kpatch.host.KeptFile;
import io.github.kpatch.host.WallTime;
import io.github.kpatch.host.Workspace;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Does stages, each once for the same inputs. What a stage found out stands in its record, a JSON file that is written
 * last and deleted first: a record that exists speaks of files that were complete. It is believed as long as these files
 * hold what they held then, wherever the workspace lies now, and as long as the results of earlier stages are those it was
 * made from. A record names the format and the version of the plugin, because another version may do the same stage
 * differently.
 */
public final class Steps {
    /** Counts changes of what the records and the stages' folders hold. */
    private static final int FORMAT = 7;

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

    /**
     * What a record's file holds.
     *
     * @param from digests of the earlier stages' results that this one was made from
     * @param inputs digest of all else that it was made from
     * @param digest the result's digest
     */
    private record Completion<T>(
            int format,
            String plugin,
            String stage,
            SortedMap<Stage, String> from,
            String inputs,
            String digest,
            T result) {}

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
        SortedMap<Stage, String> from = new TreeMap<>();
        step.from().forEach((stage, result) -> from.put(stage, digest(result)));
        String inputs = Digests.of(step.inputs());
        Optional<T> earlier = read(step.stage(), step.type())
                .filter(completion ->
                        completion.from().equals(from) && completion.inputs().equals(inputs))
                .map(Completion::result)
                .filter(step.usable());
        if (earlier.isPresent()) {
            List<Path> changed = changed(earlier.get());
            if (changed.isEmpty()) {
                console.info(step.story().apply(earlier.get()) + " (nothing changed)");
                return earlier.get();
            }
            changed.forEach(file ->
                    console.warn(file + " is not what kpatch:" + step.stage().goal() + " left there: made again"));
        }
        forget(step.stage());
        Path folder = Folders.make(step.stage().folder(workspace));
        T result = step.work().apply(folder);
        Folders.write(
                step.stage().record(workspace),
                Json.write(new Completion<>(
                        FORMAT, pluginVersion, step.stage().goal(), from, inputs, digest(result), result)));
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
     * @throws ProblemException KP104 when the stage has not been done, KP107 when it was made from other results of
     *     earlier stages than lie there now, KP108 when its files are not those that it left
     */
    <T> T need(Stage stage, Class<T> type, Stage by) {
        Completion<T> completion = present(stage, type, by);
        checkOrigin(stage, completion, by);
        List<Problem> problems = changed(completion.result()).stream()
                .map(file -> new Problem(
                        ProblemCode.KEPT_FILE_CHANGED,
                        file.toString(),
                        "It is not what kpatch:" + stage.goal() + " left there.",
                        runPhaseBefore(by)))
                .toList();
        if (!problems.isEmpty()) {
            throw ProblemException.inputs(problems);
        }
        return completion.result();
    }

    /**
     * What a stage found out that need not have been done; empty as well where it was done for other inputs than those of now.
     *
     * @param inputs everything that the result depends on beside earlier results, as its step gave it
     * @param by the stage that asks
     */
    <T> Optional<T> found(Stage stage, Class<T> type, List<String> inputs, Stage by) {
        Optional<Completion<T>> completion = read(stage, type)
                .filter(done -> done.inputs().equals(Digests.of(inputs)))
                .filter(done -> changed(done.result()).isEmpty());
        try {
            completion.ifPresent(done -> checkOrigin(stage, done, by));
        } catch (ProblemException outdated) {
            return Optional.empty();
        }
        return completion.map(Completion::result);
    }

    private <T> Completion<T> present(Stage stage, Class<T> type, Stage by) {
        return read(stage, type)
                .orElseThrow(() -> ProblemException.input(new Problem(
                        ProblemCode.STAGE_MISSING,
                        "kpatch:" + stage.goal(),
                        "This goal has not been run in this project yet, or by another version of the plugin.",
                        runPhaseBefore(by))));
    }

    /** A result is worth nothing when what it was made from has been made anew since, from a changed patch for example. */
    private void checkOrigin(Stage stage, Completion<?> completion, Stage by) {
        completion.from().forEach((earlier, digest) -> {
            Completion<Object> now = present(earlier, Object.class, by);
            if (!now.digest().equals(digest)) {
                throw ProblemException.input(new Problem(
                        ProblemCode.STAGE_OUTDATED,
                        "kpatch:" + stage.goal(),
                        "What it left was made from another result of kpatch:" + earlier.goal() + " than is there now.",
                        runPhaseBefore(by)));
            }
            checkOrigin(earlier, now, by);
        });
    }

    private static String runPhaseBefore(Stage by) {
        return "Run mvn " + by.before().phase() + " first.";
    }

    private List<Path> changed(Object result) {
        List<KeptFile> kept = result instanceof StageResult files ? files.kept() : List.of();
        return kept.stream()
                .filter(file -> !workspace.holds(file))
                .map(workspace::locate)
                .toList();
    }

    /** Tells a stage's result apart from any other. */
    private static String digest(Object result) {
        return Digests.of(List.of(Json.write(result)));
    }

    /** A record; of type {@code Object}, whose result means nothing, where only its origin matters. */
    private <T> Optional<Completion<T>> read(Stage stage, Class<T> type) {
        try {
            String text = Files.readString(stage.record(workspace), StandardCharsets.UTF_8);
            Completion<T> completion = Json.read(text, completionOf(type));
            boolean current = completion.format() == FORMAT
                    && completion.plugin().equals(pluginVersion)
                    && completion.stage().equals(stage.goal())
                    && (type == Object.class || digest(completion.result()).equals(completion.digest()));
            return current ? Optional.of(completion) : Optional.empty();
        } catch (IOException | RuntimeException missingOrNotOurs) {
            return Optional.empty();
        }
    }

    @SuppressWarnings("unchecked") // The parameterized type is put together here.
    private static <T> TypeToken<Completion<T>> completionOf(Class<T> type) {
        return (TypeToken<Completion<T>>) TypeToken.getParameterized(Completion.class, type);
    }

    /** Names and contents of the files below a folder, links followed, as an input of a step. */
    static List<String> contents(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        return Folders.doing(folder, () -> {
            try (var files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
                List<String> contents = new ArrayList<>();
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    contents.add(folder.relativize(file) + " " + Digests.of(file));
                }
                return contents;
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
    }
}
