package io.github.kpatch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.problem.ProblemCode;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The log of an integration test's builds, one part a build: what a user sees of a refusal is what matters, so it is
 * the console that is asserted on.
 */
public final class BuildLog {
    private static final Pattern ESCAPES = Pattern.compile("\u001B\\[[0-9;]*m");
    private static final Pattern STACK_FRAME = Pattern.compile("(?m)^\\s*(\\[ERROR])?\\s+at [\\w.$]+\\([\\w.: ]*\\)");

    private final String text;

    private BuildLog(String text) {
        this.text = text;
    }

    /** The log of the {@code number}th build, counted from 1, of the test in {@code folder}. */
    public static BuildLog of(File folder, int number) throws IOException {
        String log = ESCAPES.matcher(Files.readString(folder.toPath().resolve("build.log"), StandardCharsets.UTF_8))
                .replaceAll("");
        List<String> builds = Stream.of(log.split("(?m)^(?=.*Scanning for projects)"))
                .filter(build -> build.contains("Scanning for projects"))
                .toList();
        assertThat(builds).as("builds in %s", folder).hasSizeGreaterThanOrEqualTo(number);
        return new BuildLog(builds.get(number - 1));
    }

    /**
     * The build was refused as a user should see it: with {@code code}, the place and cause that {@code details} name,
     * the code's cure or a better one, and no stack trace.
     */
    public BuildLog refuses(ProblemCode code, String... details) {
        return refusesAll(List.of(code), details);
    }

    /** The same of several findings at once, each with its own code; there is no other. */
    public BuildLog refusesAll(List<ProblemCode> codes, String... details) {
        assertThat(text).contains("BUILD FAILURE").contains(details);
        assertThat(STACK_FRAME.matcher(text).find())
                .as("stack trace in\n%s", text)
                .isFalse();
        assertThat(Stream.of(ProblemCode.values())
                        .filter(other -> text.contains(other.id() + " ") || text.contains(other.id() + ":")))
                .as("codes in\n%s", text)
                .containsExactlyInAnyOrderElementsOf(codes);
        return this;
    }

    /** The build ended well. */
    public BuildLog succeeds() {
        assertThat(text).contains("BUILD SUCCESS");
        return this;
    }

    /** The console said all of {@code parts}. */
    public BuildLog says(String... parts) {
        assertThat(text).contains(parts);
        return this;
    }

    /** No module was left in the test's {@code target}, and nothing unfinished in the cache {@code cache}. */
    public static void nothingLeft(File folder, File cache) throws IOException {
        assertThat(files(folder.toPath().resolve("target"))).noneMatch(name -> name.endsWith(".ko"));
        assertThat(files(cache.toPath())).noneMatch(name -> name.contains(".partial"));
    }

    private static List<String> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.map(path -> folder.relativize(path).toString()).sorted().toList();
        }
    }
}
