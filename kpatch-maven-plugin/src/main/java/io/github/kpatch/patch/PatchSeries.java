package io.github.kpatch.patch;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The patches of a project in the order they apply. A folder of patches has no order of its own: names sort it, unless a
 * quilt {@code series} file names the order, which then also decides what belongs to the series at all.
 *
 * @param patches the patches in order; never empty
 * @param digest SHA-256 over names, contents and order, hexadecimal
 * @param warnings patches that lie in the folder and that the series file does not name
 */
record PatchSeries(List<SeriesPatch> patches, String digest, List<Problem> warnings) {
    /** Larger than any patch of a source file; keeps a mistaken file from filling the memory. */
    private static final long LARGEST_PATCH = 64L << 20;

    private static final String SERIES = "series";

    PatchSeries {
        patches = List.copyOf(patches);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads all patches of {@code folder}: {@code *.patch} and {@code *.diff} in name order, or what its {@code series}
     * file names.
     *
     * @throws ProblemException KP305 when the series file is wrong, KP307 when there is no patch
     */
    static PatchSeries read(Path folder) {
        try {
            List<String> present = patchesIn(folder);
            Path seriesFile = folder.resolve(SERIES);
            boolean ordered = Files.isRegularFile(seriesFile);
            List<String> names = ordered ? namesIn(seriesFile) : present;
            if (names.isEmpty()) {
                throw ProblemException.input(
                        ProblemCode.NO_PATCHES,
                        ordered ? SERIES : folder.getFileName().toString(),
                        ordered ? "The series file names no patch." : "The folder holds no *.patch and no *.diff.");
            }
            List<SeriesPatch> patches = new ArrayList<>();
            for (String name : names) {
                patches.add(patch(folder, name));
            }
            return new PatchSeries(patches, digest(patches), unnamed(present, names));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> patchesIn(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith(".") && (name.endsWith(".patch") || name.endsWith(".diff")))
                    .sorted()
                    .toList();
        }
    }

    /** The format of quilt(1): a name a line, options after it, {@code #} begins a comment. */
    private static List<String> namesIn(Path seriesFile) throws IOException {
        List<Problem> problems = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        String text = new String(Files.readAllBytes(seriesFile), StandardCharsets.UTF_8);
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String entry = line.replaceFirst("(^|\\s)#.*", "").strip();
            if (entry.isEmpty()) {
                continue;
            }
            List<String> words = List.of(entry.split("\\s+", -1));
            for (String option : words.subList(1, words.size())) {
                if (!option.equals("-p1")) {
                    problems.add(optionProblem(number, option));
                }
            }
            if (!names.add(words.get(0))) {
                problems.add(new Problem(
                        ProblemCode.PATCH_SERIES_INVALID,
                        place(number),
                        "It names " + Quoted.of(words.get(0)) + " twice.",
                        "Remove one of the two lines."));
            }
        }
        if (!problems.isEmpty()) {
            throw ProblemException.inputs(problems);
        }
        return List.copyOf(names);
    }

    private static Problem optionProblem(int number, String option) {
        String cure = option.startsWith("-p")
                ? "Make the patch again so that its paths have one leading folder, as git does, and name it without the option."
                : "Remove the option, and change the patch itself where that is needed.";
        return new Problem(
                ProblemCode.PATCH_SERIES_INVALID,
                place(number),
                "The option " + Quoted.of(option) + " is not supported; only -p1 is.",
                cure);
    }

    private static String place(int number) {
        return SERIES + ":" + number;
    }

    private static SeriesPatch patch(Path folder, String name) throws IOException {
        Path file;
        try {
            file = folder.resolve(name).normalize();
        } catch (InvalidPathException e) {
            throw ProblemException.input(
                    Problem.of(ProblemCode.PATCH_SERIES_INVALID, SERIES, Quoted.of(name) + " is no file name."), e);
        }
        if (!file.startsWith(folder.normalize())) {
            throw ProblemException.input(
                    ProblemCode.PATCH_SERIES_INVALID, SERIES, Quoted.of(name) + " is outside the patches folder.");
        }
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw ProblemException.input(new Problem(
                    ProblemCode.PATCH_SERIES_INVALID,
                    SERIES,
                    Quoted.of(name) + " is not in the patches folder, or cannot be read.",
                    "Add the patch, or remove its line from the series file."));
        }
        if (Files.size(file) > LARGEST_PATCH) {
            throw ProblemException.input(
                    ProblemCode.PATCH_MALFORMED,
                    name,
                    "The file is larger than %d MiB.".formatted(LARGEST_PATCH >> 20));
        }
        byte[] bytes = Files.readAllBytes(file);
        return new SeriesPatch(name, Sha256.of(bytes), new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private static String digest(List<SeriesPatch> patches) {
        StringBuilder text = new StringBuilder();
        for (SeriesPatch patch : patches) {
            text.append(patch.name()).append('\0').append(patch.sha256()).append('\n');
        }
        return Sha256.of(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static List<Problem> unnamed(List<String> present, List<String> names) {
        return present.stream()
                .filter(name -> !names.contains(name))
                .map(name -> Problem.of(
                        ProblemCode.PATCH_NOT_IN_SERIES, name, "The series file does not name it: it is not applied."))
                .toList();
    }
}
