package io.github.kpatch.patch;

import io.github.kpatch.host.Command;
import io.github.kpatch.host.CommandRunner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Asks GCC's preprocessor which line it thinks it is on. A tag with the index of its line and {@code __LINE__} goes
 * behind every semicolon, comma and brace; what comes out of GCC tells the line it gives to each tag that survives.
 * Included files are left out.
 */
final class GccLines {
    private static final Pattern TAGGED = Pattern.compile("[;,{](?!['\"])");
    private static final Pattern TAG = Pattern.compile("KTAG_(\\d+) (\\d+)");
    private static final Pattern INCLUDE = Pattern.compile("\\s*#\\s*include\\b.*", Pattern.DOTALL);
    private static final Pattern DIRECTIVE = Pattern.compile("\\s*#.*", Pattern.DOTALL);

    private final Path folder;

    GccLines(Path folder) {
        this.folder = folder;
    }

    /** For each line of {@code patched}, from 0, that has tags: the numbers GCC gives them in {@code corrected}. */
    Map<Integer, Set<Integer>> numbers(SourceText patched, SourceText corrected, List<String> options)
            throws IOException {
        List<String> tagged = new ArrayList<>();
        boolean directive = false;
        int line = 0;
        for (String text : corrected.lines()) {
            if (line < patched.lines().size() && text.equals(patched.lines().get(line))) {
                directive |= DIRECTIVE.matcher(text).matches();
                if (INCLUDE.matcher(text).matches()) {
                    tagged.add("");
                } else {
                    tagged.add(directive ? text : tagged(text, line));
                }
                directive &= text.endsWith("\\");
                line++;
            } else if (text.matches("#line \\d+")) {
                tagged.add(text);
            } else {
                throw new AssertionError("the corrected text has another line: " + text);
            }
        }
        if (line != patched.lines().size()) {
            throw new AssertionError("the corrected text lacks lines from " + line);
        }
        Map<Integer, Set<Integer>> numbers = new TreeMap<>();
        Matcher matcher = TAG.matcher(preprocessed(new SourceText(tagged, true), options));
        while (matcher.find()) {
            numbers.computeIfAbsent(Integer.valueOf(matcher.group(1)), n -> new TreeSet<>())
                    .add(Integer.valueOf(matcher.group(2)));
        }
        return numbers;
    }

    /** The tokens that GCC's preprocessor makes of {@code text}, without its included files, {@code __LINE__} unexpanded. */
    List<String> tokens(SourceText text, List<String> options) throws IOException {
        List<String> lines = text.lines().stream()
                .map(line -> line.replace("__LINE__", "KLINE"))
                .toList();
        return Stream.of(preprocessed(new SourceText(lines, text.endsInNewline()), options)
                        .replaceAll("(?m)^# \\d+.*$", "")
                        .split("\\s+"))
                .toList();
    }

    private static String tagged(String text, int line) {
        return TAGGED.matcher(text).replaceAll("$0 KTAG_" + line + " __LINE__ ");
    }

    /** Whether GCC's preprocessor has no objection to {@code text}, which a random edit may have damaged. */
    boolean accepts(SourceText text, List<String> options) throws IOException {
        return !run(text, options).isEmpty();
    }

    private String preprocessed(SourceText text, List<String> options) throws IOException {
        String output = run(text, options);
        if (output.isEmpty()) {
            throw new AssertionError("gcc refuses the text");
        }
        return output;
    }

    private String run(SourceText text, List<String> options) throws IOException {
        Path input = folder.resolve("input.c");
        Path output = folder.resolve("output.i");
        List<String> lines = text.lines().stream()
                .map(line -> INCLUDE.matcher(line).matches() ? "" : line)
                .toList();
        Files.write(input, new SourceText(lines, text.endsInNewline()).bytes());
        Files.deleteIfExists(output);
        List<String> arguments = new ArrayList<>(List.of("gcc", "-std=gnu11", "-E", "-w", "-o", output.toString()));
        arguments.addAll(options);
        arguments.add(input.toString());
        new CommandRunner(line -> {}).run(Command.of(folder, arguments).within(Duration.ofMinutes(1)));
        return Files.exists(output) ? Files.readString(output, StandardCharsets.ISO_8859_1) : "";
    }
}
