package io.github.kpatch.patch;

import io.github.kpatch.host.Digests;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

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

    PatchSeries {
        patches = List.copyOf(patches);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads all patches of {@code folder}: {@code *.patch} and {@code *.diff} in name order, or what its {@code series}
     * file names.
     *
     * @throws ProblemException KP305 when the series file is wrong, KP307 when there is no patch, KP311 when something
     *     that is meant as a patch cannot be read; all that is wrong of one kind together
     */
    static PatchSeries read(Path folder) {
        PatchFolder entries = PatchFolder.open(folder);
        List<String> names = entries.hasSeries() ? namesIn(entries.file(PatchFolder.SERIES)) : entries.patches();
        if (names.isEmpty()) {
            throw ProblemException.input(
                    ProblemCode.NO_PATCHES,
                    entries.hasSeries()
                            ? PatchFolder.SERIES
                            : folder.getFileName().toString(),
                    entries.hasSeries()
                            ? "The series file names no patch."
                            : "The folder holds no *.patch and no *.diff.");
        }
        List<SeriesPatch> patches = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        for (String name : names) {
            try {
                patches.add(patch(entries, name));
            } catch (ProblemException e) {
                problems.addAll(e.problems());
            }
        }
        if (!problems.isEmpty()) {
            throw ProblemException.inputs(problems);
        }
        List<Problem> warnings = new ArrayList<>(unnamed(entries.patches(), names));
        warnings.addAll(entries.passedOver(names));
        return new PatchSeries(patches, digest(patches), warnings);
    }

    /**
     * All that {@link #read} reads, a text for each file, link followed: where the texts are the same, so is what it says.
     */
    static List<String> inputs(Path folder) {
        PatchFolder entries = PatchFolder.open(folder);
        Set<String> read = new TreeSet<>(entries.patches());
        if (entries.hasSeries()) {
            read.add(PatchFolder.SERIES);
            try {
                read.addAll(namesIn(entries.file(PatchFolder.SERIES)));
            } catch (ProblemException wrong) {
                // What is wrong depends on the file alone.
            }
        }
        List<String> inputs = new ArrayList<>(entries.names());
        for (String name : read) {
            inputs.add(
                    name + " " + fileOf(entries, name).map(PatchFolder::state).orElse("outside"));
        }
        return inputs;
    }

    /** The format of quilt(1): a name a line, options after it, {@code #} begins a comment. */
    private static List<String> namesIn(Path seriesFile) {
        PatchFolder.obstacle(seriesFile).ifPresent(obstacle -> {
            throw unreadable(PatchFolder.SERIES, obstacle);
        });
        List<Problem> problems = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        String text = new String(bytes(PatchFolder.SERIES, seriesFile), StandardCharsets.UTF_8);
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
        return PatchFolder.SERIES + ":" + number;
    }

    private static SeriesPatch patch(PatchFolder entries, String name) {
        Path file = fileOf(entries, name)
                .orElseThrow(() -> ProblemException.input(
                        ProblemCode.PATCH_SERIES_INVALID,
                        PatchFolder.SERIES,
                        Quoted.of(name) + " is no file of the patches folder, but outside."));
        if (!PatchFolder.exists(file)) {
            throw ProblemException.input(new Problem(
                    ProblemCode.PATCH_SERIES_INVALID,
                    PatchFolder.SERIES,
                    Quoted.of(name) + " is not in the patches folder.",
                    "Add the patch, or remove its line from the series file."));
        }
        PatchFolder.obstacle(file).ifPresent(obstacle -> {
            throw unreadable(name, obstacle);
        });
        byte[] bytes = bytes(name, file);
        return new SeriesPatch(name, Digests.of(bytes), new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private static byte[] bytes(String name, Path file) {
        try {
            if (Files.size(file) > LARGEST_PATCH) {
                throw ProblemException.input(
                        ProblemCode.PATCH_MALFORMED,
                        Quoted.path(name),
                        "The file is larger than %d MiB.".formatted(LARGEST_PATCH >> 20));
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw unreadable(name, "It cannot be read (" + e + ").");
        }
    }

    private static ProblemException unreadable(String name, String obstacle) {
        return ProblemException.input(ProblemCode.PATCH_UNREADABLE, Quoted.path(name), obstacle);
    }

    /** Empty where the name leads out of the folder. What a link in it leads to is the user's own choice. */
    private static Optional<Path> fileOf(PatchFolder entries, String name) {
        try {
            Path folder = entries.path().normalize();
            return Optional.of(folder.resolve(name).normalize()).filter(file -> file.startsWith(folder));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static String digest(List<SeriesPatch> patches) {
        StringBuilder text = new StringBuilder();
        for (SeriesPatch patch : patches) {
            text.append(patch.name()).append('\0').append(patch.sha256()).append('\n');
        }
        return Digests.of(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static List<Problem> unnamed(List<String> present, List<String> names) {
        return present.stream()
                .filter(name -> !names.contains(name))
                .map(name -> Problem.of(
                        ProblemCode.PATCH_NOT_IN_SERIES, name, "The series file does not name it: it is not applied."))
                .toList();
    }
}
