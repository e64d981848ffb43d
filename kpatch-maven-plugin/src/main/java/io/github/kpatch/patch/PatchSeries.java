package io.github.kpatch.patch;

import io.github.kpatch.host.Digests;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

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
     * Reads all selected patches: {@code *.patch} and {@code *.diff} in name order, or what the {@code series} file names.
     *
     * @throws ProblemException KP305 when the series file is wrong, KP307 when there is no patch, KP311 when something
     *     that is meant as a patch cannot be read; all that is wrong of one kind together
     */
    static PatchSeries read(PatchSelection selection) {
        PatchFolder folder = PatchFolder.open(selection);
        Optional<PatchFolder.Entry> series = folder.series();
        List<Problem> problems = new ArrayList<>();
        List<PatchFolder.Entry> entries =
                series.map(file -> named(folder, file, problems)).orElseGet(folder::patches);
        if (entries.isEmpty() && problems.isEmpty()) {
            throw ProblemException.input(
                    ProblemCode.NO_PATCHES,
                    series.map(PatchFolder.Entry::name)
                            .orElseGet(() -> selection.folder().getFileName().toString()),
                    series.isPresent()
                            ? "The series file names no patch."
                            : "The folder holds no *.patch and no *.diff.");
        }
        List<SeriesPatch> patches = new ArrayList<>();
        for (PatchFolder.Entry entry : entries) {
            try {
                patches.add(patch(entry));
            } catch (ProblemException e) {
                problems.addAll(e.problems());
            }
        }
        if (!problems.isEmpty()) {
            throw ProblemException.inputs(problems);
        }
        List<Problem> warnings = new ArrayList<>(unnamed(folder.patches(), entries));
        warnings.addAll(
                folder.passedOver(entries.stream().map(PatchFolder.Entry::name).toList()));
        return new PatchSeries(patches, digest(patches), warnings);
    }

    /** What a series file names, each a file of the folder that is there; what is not is a problem. */
    private static List<PatchFolder.Entry> named(PatchFolder folder, PatchFolder.Entry series, List<Problem> problems) {
        Map<Path, PatchFolder.Entry> entries = new LinkedHashMap<>();
        for (String name : namesIn(series)) {
            Optional<PatchFolder.Entry> entry = folder.named(name);
            if (entry.isEmpty()) {
                problems.add(Problem.of(
                        ProblemCode.PATCH_SERIES_INVALID,
                        series.name(),
                        Quoted.of(name) + " is no file of the patches folder, but outside."));
            } else if (!PatchFolder.exists(entry.get().file())) {
                problems.add(new Problem(
                        ProblemCode.PATCH_SERIES_INVALID,
                        series.name(),
                        Quoted.of(name) + " is not in the patches folder.",
                        "Add the patch, or remove its line from the series file."));
            } else if (entries.putIfAbsent(entry.get().file(), entry.get()) != null) {
                problems.add(new Problem(
                        ProblemCode.PATCH_SERIES_INVALID,
                        series.name(),
                        "It names " + Quoted.path(entry.get().name()) + " twice.",
                        "Remove one of the two lines."));
            }
        }
        return List.copyOf(entries.values());
    }

    /**
     * All that {@link #read} reads, a text for each file, link followed: where the texts are the same, so is what it says.
     */
    static List<String> inputs(PatchSelection selection) {
        PatchFolder folder = PatchFolder.open(selection);
        SortedMap<String, String> read = new TreeMap<>();
        folder.patches().forEach(entry -> read.put(entry.name(), PatchFolder.state(entry.file())));
        folder.series().ifPresent(series -> {
            read.put(series.name(), PatchFolder.state(series.file()));
            try {
                namesIn(series)
                        .forEach(name -> read.put(
                                name,
                                folder.named(name)
                                        .map(entry -> PatchFolder.state(entry.file()))
                                        .orElse("outside")));
            } catch (ProblemException wrong) {
                // What is wrong depends on the file alone.
            }
        });
        List<String> inputs = new ArrayList<>(folder.names());
        read.forEach((name, state) -> inputs.add(name + " " + state));
        return inputs;
    }

    /** The format of quilt(1): a name a line, options after it, {@code #} begins a comment. */
    private static List<String> namesIn(PatchFolder.Entry series) {
        PatchFolder.obstacle(series.file()).ifPresent(obstacle -> {
            throw unreadable(series.name(), obstacle);
        });
        List<Problem> problems = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        String text = new String(bytes(series.name(), series.file()), StandardCharsets.UTF_8);
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String place = series.name() + ":" + number;
            String entry = line.replaceFirst("(^|\\s)#.*", "").strip();
            if (entry.isEmpty()) {
                continue;
            }
            List<String> words = List.of(entry.split("\\s+", -1));
            for (String option : words.subList(1, words.size())) {
                if (!option.equals("-p1")) {
                    problems.add(optionProblem(place, option));
                }
            }
            if (!names.add(words.get(0))) {
                problems.add(new Problem(
                        ProblemCode.PATCH_SERIES_INVALID,
                        place,
                        "It names " + Quoted.of(words.get(0)) + " twice.",
                        "Remove one of the two lines."));
            }
        }
        if (!problems.isEmpty()) {
            throw ProblemException.inputs(problems);
        }
        return List.copyOf(names);
    }

    private static Problem optionProblem(String place, String option) {
        String cure = option.startsWith("-p")
                ? "Make the patch again so that its paths have one leading folder, as git does, and name it without the option."
                : "Remove the option, and change the patch itself where that is needed.";
        return new Problem(
                ProblemCode.PATCH_SERIES_INVALID,
                place,
                "The option " + Quoted.of(option) + " is not supported; only -p1 is.",
                cure);
    }

    private static SeriesPatch patch(PatchFolder.Entry entry) {
        PatchFolder.obstacle(entry.file()).ifPresent(obstacle -> {
            throw unreadable(entry.name(), obstacle);
        });
        byte[] bytes = bytes(entry.name(), entry.file());
        return new SeriesPatch(entry.name(), Digests.of(bytes), new String(bytes, StandardCharsets.ISO_8859_1));
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

    private static String digest(List<SeriesPatch> patches) {
        StringBuilder text = new StringBuilder();
        for (SeriesPatch patch : patches) {
            text.append(patch.name()).append('\0').append(patch.sha256()).append('\n');
        }
        return Digests.of(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static List<Problem> unnamed(List<PatchFolder.Entry> present, List<PatchFolder.Entry> series) {
        Set<Path> named = series.stream().map(entry -> entry.file().normalize()).collect(Collectors.toSet());
        return present.stream()
                .filter(entry -> !named.contains(entry.file().normalize()))
                .map(entry -> Problem.of(
                        ProblemCode.PATCH_NOT_IN_SERIES,
                        entry.name(),
                        "The series file does not name it: it is not applied."))
                .toList();
    }
}
