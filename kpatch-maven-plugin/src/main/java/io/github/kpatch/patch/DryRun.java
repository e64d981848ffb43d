package io.github.kpatch.patch;

import io.github.kpatch.host.Command;
import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Applies a series to copies of the files it touches, each patch on top of the ones before, by GNU patch: the same
 * program with the same idea of fuzz that made the users' other tools accept their patches.
 *
 * <p>GNU patch reads no patch of a stranger here, only the hunks that {@link UnifiedDiffParser} understood, written anew:
 * so both agree on what there is to do, and nothing outside the copies can be reached. Its report is read to name every
 * hunk that fails or moves. It is run with {@code --force}, because its own guess that a patch is reversed stops at the
 * first hunk; {@link HunkFit} recognises that for each.
 */
final class DryRun {
    private static final Duration TIME_LIMIT = Duration.ofMinutes(5);
    private static final Pattern PATCHING = Pattern.compile("patching file .*");
    private static final Pattern FAILED = Pattern.compile("Hunk #(\\d+) FAILED at \\d+.*");
    private static final Pattern MOVED = Pattern.compile(
            "Hunk #(\\d+) succeeded at \\d+(?: with fuzz (\\d+))?(?: \\(offset (-?\\d+) lines?\\))?\\.");
    private static final String MOVED_CURE = "Check that the hunk landed in the right place, and refresh the patch.";

    private final Path tree;
    private final int maxFuzz;
    private final Path folder;
    private final CommandRunner runner;
    private final Set<String> touched = new TreeSet<>();
    private final SortedMap<String, String> origins = new TreeMap<>();
    private final Set<String> failedFiles = new HashSet<>();
    private final List<Problem> problems = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();

    private DryRun(Path tree, int maxFuzz, Path folder, CommandRunner runner) {
        this.tree = tree;
        this.maxFuzz = maxFuzz;
        this.folder = folder;
        this.runner = runner;
    }

    /**
     * How a series fits.
     *
     * @param files the files it touches and leaves there, relative to the tree, sorted
     * @param deleted files of the tree that it leaves none of, those that are renamed among them, sorted
     * @param renamed for files that the tree had by another name, and has no more by that, that name
     * @param problems every hunk that does not fit
     * @param warnings every hunk that fits only with an offset or fuzz
     */
    record Result(
            List<String> files,
            List<String> deleted,
            SortedMap<String, String> renamed,
            List<Problem> problems,
            List<Problem> warnings) {
        Result {
            files = List.copyOf(files);
            deleted = List.copyOf(deleted);
            renamed = Collections.unmodifiableSortedMap(new TreeMap<>(renamed));
            problems = List.copyOf(problems);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Applies {@code patches}. Each of them must find the files that it names, and none of those that it adds.
     *
     * @param maxFuzz how many lines of context may be ignored, as GNU patch counts them
     * @param folder receives the patched files, at their paths; must be empty
     */
    static Result of(List<PatchFile> patches, Path tree, int maxFuzz, Path folder, CommandRunner runner)
            throws IOException {
        DryRun run = new DryRun(tree, maxFuzz, folder, runner);
        for (PatchFile patch : patches) {
            run.apply(patch);
        }
        return run.result();
    }

    private Result result() {
        List<String> files = touched.stream().filter(this::isThere).toList();
        List<String> deleted = touched.stream()
                .filter(path -> !isThere(path) && isInTree(path))
                .toList();
        SortedMap<String, String> renamed = new TreeMap<>(origins);
        renamed.keySet().retainAll(files);
        renamed.keySet().removeIf(this::isInTree);
        renamed.values().retainAll(deleted);
        return new Result(files, deleted, renamed, problems, warnings);
    }

    private void apply(PatchFile patch) throws IOException {
        Map<String, byte[]> sources = new HashMap<>();
        for (FileChange change : patch.changes()) {
            Optional<String> from = change.from().filter(this::isThere);
            if (from.isPresent()) {
                sources.put(from.get(), content(from.get()));
            }
        }
        List<FileChange> pending = new ArrayList<>();
        for (FileChange change : patch.changes()) {
            // On top of a hunk that failed, later hunks fail or land without meaning anything.
            if (failedFiles.contains(change.path())
                    || change.from().filter(failedFiles::contains).isPresent()) {
                failedFiles.add(change.path());
                continue;
            }
            switch (change.kind()) {
                case ADDED -> {
                    change(patch, pending);
                    add(change);
                }
                case DELETED -> {
                    change(patch, pending);
                    delete(patch, change);
                }
                case RENAMED, COPIED -> {
                    change(patch, pending);
                    move(change, sources);
                    if (!change.hunks().isEmpty()) {
                        pending.add(change);
                    }
                }
                default -> pending.add(change);
            }
        }
        change(patch, pending);
    }

    private void add(FileChange change) throws IOException {
        List<HunkLine> lines =
                change.hunks().stream().flatMap(hunk -> hunk.patched().stream()).toList();
        origins.remove(change.path());
        put(
                change.path(),
                new SourceText(
                                lines.stream().map(HunkLine::text).toList(),
                                lines.isEmpty() || lines.get(lines.size() - 1).newline())
                        .bytes());
    }

    /** Only what the patch knew can go by it: what is in the file besides would get lost. */
    private void delete(PatchFile patch, FileChange change) throws IOException {
        SourceText before = SourceText.of(content(change.path()));
        List<HunkLine> lines = change.hunks().stream()
                .flatMap(hunk -> hunk.original().stream())
                .toList();
        SourceText known = new SourceText(
                lines.stream().map(HunkLine::text).toList(),
                lines.isEmpty() || lines.get(lines.size() - 1).newline());
        if (!known.equals(before)) {
            int line = 0;
            while (line < known.lines().size()
                    && line < before.lines().size()
                    && known.lines().get(line).equals(before.lines().get(line))) {
                line++;
            }
            String mismatch = lines.isEmpty()
                    ? "The patch deletes the file without saying what is in it."
                    : "The patch deletes another file than this one: line %d of it is not in the patch."
                            .formatted(line + 1);
            problems.add(Problem.of(
                    ProblemCode.PATCH_DOES_NOT_APPLY,
                    "%s:%d %s".formatted(patch.name(), change.line(), Quoted.path(change.path())),
                    mismatch));
            failedFiles.add(change.path());
            return;
        }
        origins.remove(change.path());
        remove(change.path());
    }

    private void move(FileChange change, Map<String, byte[]> sources) throws IOException {
        String from = change.from().orElseThrow();
        byte[] content = sources.containsKey(from) ? sources.get(from) : content(from);
        origins.remove(change.path());
        if (change.kind() == FileChange.Kind.RENAMED) {
            String origin = origins.containsKey(from) ? origins.remove(from) : from;
            if (isInTree(origin)) {
                origins.put(change.path(), origin);
            }
            remove(from);
        }
        put(change.path(), content);
    }

    private boolean isThere(String path) {
        return touched.contains(path) ? Files.isRegularFile(folder.resolve(path)) : isInTree(path);
    }

    private boolean isInTree(String path) {
        return Files.isRegularFile(tree.resolve(path));
    }

    private byte[] content(String path) throws IOException {
        return Files.readAllBytes((touched.contains(path) ? folder : tree).resolve(path));
    }

    private void put(String path, byte[] content) throws IOException {
        touched.add(path);
        Files.createDirectories(folder.resolve(path).getParent());
        Files.write(folder.resolve(path), content);
    }

    private void remove(String path) throws IOException {
        touched.add(path);
        Files.deleteIfExists(folder.resolve(path));
    }

    /** Applies what is pending, which changes files that are there, and leaves nothing pending. */
    private void change(PatchFile patch, List<FileChange> pending) throws IOException {
        if (pending.isEmpty()) {
            return;
        }
        List<FileChange> changes = List.copyOf(pending);
        pending.clear();
        Map<String, SourceText> before = new HashMap<>();
        for (FileChange change : changes) {
            if (!touched.contains(change.path())) {
                put(change.path(), content(change.path()));
            }
            before.put(change.path(), SourceText.of(content(change.path())));
        }
        Report report = patch(patch, changes);
        for (int i = 0; i < changes.size(); i++) {
            judge(
                    patch,
                    changes.get(i),
                    before.get(changes.get(i).path()),
                    report.files().get(i));
        }
    }

    /** What GNU patch said about each change, in order. */
    private record Report(List<FileReport> files) {}

    /**
     * What it said about one.
     *
     * @param failed numbers of the hunks that it could not place
     * @param moved the hunks that it placed with an offset or fuzz
     */
    private record FileReport(Set<Integer> failed, Map<Integer, Move> moved) {
        FileReport() {
            this(new TreeSet<>(), new HashMap<>());
        }
    }

    private record Move(int fuzz, int offset) {}

    private Report patch(PatchFile patch, List<FileChange> changes) throws IOException {
        Path input = Files.createTempFile(folder.toAbsolutePath().getParent(), "understood", ".patch");
        try {
            StringBuilder text = new StringBuilder();
            for (FileChange change : changes) {
                text.append("--- a/%1$s\n+++ b/%1$s\n".formatted(change.path()));
                change.hunks().forEach(hunk -> text.append(hunk.text()));
            }
            Files.writeString(input, text, StandardCharsets.ISO_8859_1);
            List<String> output = new ArrayList<>();
            CommandResult result = runner.run(
                    Command.of(
                                    folder,
                                    "patch",
                                    "--strip=1",
                                    "--unified",
                                    "--force",
                                    "--binary",
                                    "--get=0",
                                    "--no-backup-if-mismatch",
                                    "--reject-file=-",
                                    "--fuzz=" + maxFuzz,
                                    "--input=" + input.toAbsolutePath())
                            .within(TIME_LIMIT),
                    output::add);
            Report report = report(output);
            boolean someFailed =
                    report.files().stream().anyMatch(file -> !file.failed().isEmpty());
            int expectedExit = someFailed ? 1 : 0;
            if (result.timedOut()
                    || result.exitCode() != expectedExit
                    || report.files().size() != changes.size()) {
                throw ProblemException.input(
                        ProblemCode.TOOL_FAILED,
                        "patch",
                        "GNU patch ended with exit code %d on %s and said: %s."
                                .formatted(result.exitCode(), patch.name(), Quoted.of(String.join(" ", output))));
            }
            return report;
        } finally {
            Files.deleteIfExists(input);
        }
    }

    private static Report report(List<String> output) {
        List<FileReport> files = new ArrayList<>();
        for (String line : output) {
            if (PATCHING.matcher(line).matches()) {
                files.add(new FileReport());
            }
            if (files.isEmpty()) {
                continue;
            }
            FileReport file = files.get(files.size() - 1);
            Matcher failed = FAILED.matcher(line);
            if (failed.matches()) {
                file.failed().add(Integer.valueOf(failed.group(1)));
            }
            Matcher moved = MOVED.matcher(line);
            if (moved.matches()) {
                file.moved()
                        .put(Integer.valueOf(moved.group(1)), new Move(number(moved.group(2)), number(moved.group(3))));
            }
        }
        return new Report(files);
    }

    private static int number(String group) {
        return group == null ? 0 : Integer.parseInt(group);
    }

    private void judge(PatchFile patch, FileChange change, SourceText before, FileReport report) {
        int offset = 0;
        for (Hunk hunk : change.hunks()) {
            Move move = report.moved().get(hunk.number());
            if (report.failed().contains(hunk.number())) {
                HunkFit fit = HunkFit.of(hunk, before, offset);
                fail(patch, change, hunk, fit.mismatch(), fit.cure());
                continue;
            }
            if (move != null) {
                judgeMoved(patch, change, hunk, move, HunkFit.of(hunk, before, offset));
            }
            offset = move == null ? 0 : move.offset();
        }
    }

    /** A hunk that is not quite where it should be may be where it should not be. */
    private void judgeMoved(PatchFile patch, FileChange change, Hunk hunk, Move move, HunkFit fit) {
        if (fit.alreadyApplied()) {
            fail(patch, change, hunk, fit.mismatch(), fit.cure());
        } else if (hunk.linesCheckedWithFuzz(move.fuzz()) == 0) {
            fail(
                    patch,
                    change,
                    hunk,
                    "With fuzz %d nothing of the hunk's context is left to check its place by.".formatted(move.fuzz()),
                    ProblemCode.PATCH_DOES_NOT_APPLY.cure());
        } else {
            warnings.add(new Problem(
                    ProblemCode.PATCH_FUZZ,
                    where(patch, change, hunk),
                    "The hunk fits with %s.".formatted(moveText(move)),
                    MOVED_CURE));
        }
    }

    private void fail(PatchFile patch, FileChange change, Hunk hunk, String what, String cure) {
        problems.add(new Problem(ProblemCode.PATCH_DOES_NOT_APPLY, where(patch, change, hunk), what, cure));
        failedFiles.add(change.path());
    }

    private static String where(PatchFile patch, FileChange change, Hunk hunk) {
        return "%s:%d %s hunk #%d".formatted(patch.name(), hunk.line(), Quoted.path(change.path()), hunk.number());
    }

    private static String moveText(Move move) {
        String lines = Math.abs(move.offset()) == 1 ? "line" : "lines";
        String offset = "an offset of %d %s".formatted(move.offset(), lines);
        String fuzz = "fuzz %d".formatted(move.fuzz());
        if (move.offset() == 0) {
            return fuzz;
        }
        return move.fuzz() == 0 ? offset : offset + " and " + fuzz;
    }
}
