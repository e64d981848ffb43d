package io.github.kpatch.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs gcc, ld, readelf and their kin. A tool that is absent or fails fails the test: real objects and a second opinion
 * on them are what the tests stand on.
 */
public final class NativeTools {
    private NativeTools() {}

    /** What a program printed on standard output and standard error. */
    public record Printed(String out, String err) {}

    /**
     * Runs a program in {@code folder}.
     *
     * @throws AssertionError when it cannot be started or ends with an error
     */
    public static Printed run(Path folder, String... command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("LC_ALL", "C");
        try {
            Path err = Files.createTempFile("stderr", ".txt");
            Process process = builder.redirectError(err.toFile()).start();
            process.getOutputStream().close();
            String out;
            try (InputStream output = process.getInputStream()) {
                out = new String(output.readAllBytes(), StandardCharsets.ISO_8859_1);
            }
            int exitCode = process.waitFor();
            String errors = Files.readString(err, StandardCharsets.ISO_8859_1);
            Files.delete(err);
            if (exitCode != 0) {
                throw new AssertionError(String.join(" ", command) + " ended with " + exitCode + ":\n" + errors);
            }
            return new Printed(out, errors);
        } catch (IOException e) {
            throw new AssertionError("This test needs the program " + command[0] + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /**
     * Compiles C to the object {@code <name>.o} in {@code folder}, with optimisation.
     *
     * @param name base name; it is the FILE symbol's name too, with {@code .c}
     */
    public static Path compile(Path folder, String name, String source, String... flags) {
        try {
            Files.writeString(folder.resolve(name + ".c"), source);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        List<String> command = new ArrayList<>(List.of("gcc", "-O2", "-fno-pie", "-c"));
        command.addAll(List.of(flags));
        command.addAll(List.of("-o", name + ".o", name + ".c"));
        run(folder, command.toArray(String[]::new));
        return folder.resolve(name + ".o");
    }

    /** The file's bytes. */
    public static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
