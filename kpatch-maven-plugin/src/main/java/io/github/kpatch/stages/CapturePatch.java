package io.github.kpatch.stages;

import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.TemporaryFolder;
import io.github.kpatch.patch.CheckPatches;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes a patch of the project of what an author changed in the working copy. The patch is tried in its place in the
 * series before it is written. Captured again, it takes the place of what it was before, and the words that the author
 * wrote above the difference stay.
 */
final class CapturePatch {
    private static final String SERIES = "series";
    private static final Pattern NUMBERED = Pattern.compile("(\\d+)\\D.*");
    private static final Pattern BODY = Pattern.compile("^diff --git ", Pattern.MULTILINE);
    private static final int DIGITS = 4;
    private static final int LONGEST_NAME = 60;

    private final CaptureRequest request;
    private final WorkingCopy copy;
    private final BuildContext context;

    CapturePatch(CaptureRequest request, WorkingCopy copy, BuildContext context) {
        this.request = request;
        this.copy = copy;
        this.context = context;
    }

    /**
     * Refuses what cannot become a patch, before any work is done for it.
     *
     * @throws ProblemException KP106 for a name no patch can have, KP104 where there is no working copy, KP332 when nothing changed in it
     */
    void check() {
        request.name()
                .filter(name -> !name.matches("[^/\\s#.][^/\\s#]*\\.(patch|diff)"))
                .ifPresent(name -> {
                    throw ProblemException.input(new Problem(
                            ProblemCode.PARAMETER_INVALID,
                            "kpatch.patchName: " + name,
                            "This is no name for a patch in a series.",
                            "Name a file without folder and blanks, *.patch or *.diff."));
                });
        if (copy.note().isEmpty()) {
            throw ProblemException.input(new Problem(
                    ProblemCode.STAGE_MISSING,
                    "kpatch:edit",
                    "There is no working copy in " + copy.root() + ".",
                    "Run mvn kpatch:edit -Dkpatch.files=fs/proc/version.c with the files to change."));
        }
        if (copy.changed().isEmpty()) {
            throw ProblemException.findings(List.of(Problem.of(
                    ProblemCode.NOTHING_TO_CAPTURE,
                    copy.root().toString(),
                    "Every file in the working copy is as it was.")));
        }
    }

    /**
     * Writes the patch.
     *
     * @throws ProblemException KP333 when it would overwrite a patch that is not its own, KP3xx when it cannot be applied
     */
    void write(PreparedKernel kernel) {
        SortedSet<String> changed = copy.changed();
        byte[] body = copy.difference();
        Optional<String> earlier = copy.note().flatMap(WorkingCopy.Note::captured);
        String subject = request.subject().orElseGet(() -> subject(changed));
        String name = request.name().or(() -> earlier).orElseGet(() -> name(subject));
        Path file = request.patches().resolve(name);
        Optional<String> kept = keptHeader(file, body);
        String header = request.subject().isPresent() || kept.isEmpty() ? header(subject) : kept.get();
        byte[] patch = bytes(header, body);

        Optional<String> replaced = earlier.filter(other -> !other.equals(name));
        replaced.ifPresent(other -> keptHeader(request.patches().resolve(other), body));
        boolean chosen = request.name().isPresent() || earlier.isPresent();
        List<String> series = chosen ? List.of() : seriesFor(name);
        tryOut(kernel, trial -> put(trial, name, patch, replaced, series));

        put(request.patches(), name, patch, replaced, series);
        copy.note(new WorkingCopy.Note(
                copy.note().orElseThrow().release(),
                copy.note().orElseThrow().tree(),
                Optional.of(name),
                Optional.of(Digests.of(body))));
        context.console()
                .info("Captured %s: %s"
                        .formatted(changed.size() == 1 ? changed.first() : changed.size() + " files", file));
        if (!series.isEmpty()) {
            context.console()
                    .info(
                            "Wrote the file series beside it, for by their names the patches would apply in another order.");
        }
        context.console()
                .info("Build and try it: mvn verify. To begin another patch, delete " + copy.root()
                        + " and run mvn kpatch:edit again.");
    }

    /**
     * What stands above the difference in a patch of ours; empty where there is no such file.
     *
     * @throws ProblemException KP333 when the difference in it is not ours
     */
    private Optional<String> keptHeader(Path file, byte[] body) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String text = Folders.doing(file, () -> Files.readString(file, StandardCharsets.ISO_8859_1));
        Matcher begin = BODY.matcher(text);
        String there = begin.find() ? text.substring(begin.start()) : "";
        String digest = Digests.of(there.getBytes(StandardCharsets.ISO_8859_1));
        boolean captured = copy.note()
                .filter(note ->
                        note.captured().equals(Optional.of(file.getFileName().toString())))
                .filter(note -> note.digest().equals(Optional.of(digest)))
                .isPresent();
        if (!captured && !digest.equals(Digests.of(body))) {
            throw ProblemException.input(Problem.of(
                    ProblemCode.PATCH_NOT_CAPTURED,
                    file.toString(),
                    "The difference in it was not captured from this working copy."));
        }
        return Optional.of(text.substring(0, begin.start()));
    }

    private String header(String subject) {
        String author = request.author()
                .or(() -> new GitHistory(copy, context).author())
                .map(who -> "From: " + oneLine(who) + "\n")
                .orElse("");
        String text = author + "Subject: [PATCH] " + oneLine(subject) + "\n\n---\n\n";
        // One byte a character, as all of a patch is until it is written.
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }

    private static byte[] bytes(String header, byte[] body) {
        ByteArrayOutputStream patch = new ByteArrayOutputStream();
        patch.writeBytes(header.getBytes(StandardCharsets.ISO_8859_1));
        patch.writeBytes(body);
        return patch.toByteArray();
    }

    private static String subject(SortedSet<String> changed) {
        return changed.size() == 1 ? "Change " + changed.first() : "Change " + changed.size() + " files";
    }

    /** A number above those that are there, and the subject's words. */
    private String name(String subject) {
        List<String> there = names();
        List<String> numbers = there.stream()
                .map(NUMBERED::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .toList();
        long last = numbers.stream()
                .filter(number -> number.length() < 10)
                .mapToLong(Long::parseLong)
                .max()
                .orElse(there.size());
        int digits = numbers.stream().mapToInt(String::length).max().orElse(DIGITS);
        String words = oneLine(subject).replaceAll("[^A-Za-z0-9_.]+", "-").replaceAll("^[-.]+|[-.]+$", "");
        return "%0"
                .concat(Math.min(digits, 9) + "d-%s.patch")
                .formatted(last + 1, words.substring(0, Math.min(LONGEST_NAME, words.length())));
    }

    /** The names of the patches that are there for this kernel, sorted. */
    private List<String> names() {
        return request.series().selection().folders().stream()
                .flatMap(folder -> names(folder).stream())
                .distinct()
                .sorted()
                .toList();
    }

    private static List<String> names(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        return Folders.doing(folder, () -> {
            try (Stream<Path> files = Files.list(folder)) {
                return files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".patch") || name.endsWith(".diff"))
                        .toList();
            }
        });
    }

    /** The names in order, where they have none but that of their names, and a name of ours would not be the last. */
    private List<String> seriesFor(String name) {
        List<String> there = names();
        boolean last = there.stream().allMatch(other -> other.compareTo(name) < 0);
        if (last || request.series().selection().series().isPresent()) {
            return List.of();
        }
        if (request.series().release().isPresent()) {
            throw ProblemException.input(new Problem(
                    ProblemCode.PARAMETER_INVALID,
                    "kpatch.patchName",
                    "The patch would be called " + name + ", which is not the last of the names in " + request.patches()
                            + ", and one order cannot be written for kernels with different patches.",
                    "Give it a name that is the last one."));
        }
        return there;
    }

    private void tryOut(PreparedKernel kernel, Consumer<Path> put) {
        try (TemporaryFolder temporary = TemporaryFolder.make()) {
            Path trial = Folders.make(temporary.path().resolve(request.patches().getFileName()));
            copy(request.patches(), trial);
            put.accept(trial);
            CheckPatches.run(
                    request.series().selection().in(trial),
                    kernel.sources(),
                    request.series().maxFuzz(),
                    temporary.path().resolve("applied"),
                    context.runner());
        }
    }

    private static void copy(Path from, Path to) {
        if (!Files.isDirectory(from)) {
            return;
        }
        Folders.doing(from, () -> {
            try (Stream<Path> files = Files.walk(from, FileVisitOption.FOLLOW_LINKS)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Folders.write(to.resolve(from.relativize(file).toString()), Files.readAllBytes(file));
                }
            }
            return to;
        });
    }

    /**
     * Puts a patch into a folder, and at the end of its series where it has one.
     *
     * @param order the patches that a new series file names before this one; empty for none
     */
    private void put(Path folder, String name, byte[] patch, Optional<String> replaced, List<String> order) {
        Folders.write(folder.resolve(name), patch);
        Path series = request.series().selection().in(folder).series().orElseGet(() -> folder.resolve(SERIES));
        if (!order.isEmpty()) {
            Folders.write(series, String.join("\n", order) + "\n");
        }
        if (Files.isRegularFile(series)) {
            String text = Folders.doing(series, () -> Files.readString(series, StandardCharsets.UTF_8));
            String rest = text;
            for (String other : replaced.stream().toList()) {
                rest = rest.replaceFirst("(?m)^" + Pattern.quote(other) + "(\\s.*)?\\n?", "");
            }
            if (rest.lines().noneMatch(line -> line.strip().equals(name))) {
                rest += (rest.isEmpty() || rest.endsWith("\n") ? "" : "\n") + name + "\n";
            }
            if (!rest.equals(text)) {
                Folders.write(series, rest);
            }
        }
        replaced.map(folder::resolve).ifPresent(Folders::delete);
    }
}
