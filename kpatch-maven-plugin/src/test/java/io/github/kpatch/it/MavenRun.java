package io.github.kpatch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Runs of Maven that an integration test makes itself, beside those that the invoker made. */
public final class MavenRun {
    private static final Pattern ESCAPES = Pattern.compile("\u001B\\[[0-9;]*m");

    private MavenRun() {}

    /**
     * Runs Maven, offline.
     *
     * @param folder where
     * @param localRepository the one that the plugin was installed in
     * @return {@code well}, whether it succeeded, and {@code said}, its output without colours
     */
    public static Map<String, Object> in(File folder, Object localRepository, String... arguments)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                "mvn",
                "--batch-mode",
                "--offline",
                "--legacy-local-repository",
                "-Dmaven.repo.local=" + localRepository));
        line.addAll(List.of(arguments));
        Process process = new ProcessBuilder(line)
                .directory(folder)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Map.of(
                "well", process.waitFor() == 0, "said", ESCAPES.matcher(said).replaceAll(""));
    }

    /** Sees that a run failed, named all of {@code texts}, and showed no stack trace. */
    public static void refuses(Map<String, Object> run, String... texts) {
        assertThat(run.get("well")).as("%s", run.get("said")).isEqualTo(false);
        assertThat(run.get("said").toString()).contains(texts).doesNotContain("\tat ");
    }
}
