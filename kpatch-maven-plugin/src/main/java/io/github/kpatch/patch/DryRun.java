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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private final Set<String> files = new TreeSet<>();
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
     * @param files the files it touches, relative to the tree, sorted
     * @param problems every hunk that does not fit
     * @param warnings every hunk that fits only with an offset or fuzz
     */
    record Result(List<String> files, List<Problem> problems, List<Problem> warnings) {
        Result {
            files = List.copyOf(files);
            problems = List.copyOf(problems);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Applies {@code patches}, which change nothing but existing files of {@code tree}.
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
        return new Result(List.copyOf(run.files), run.problems, run.warnings);
    }

    private void apply(PatchFile patch) throws IOException {
        // On top of a hunk that failed, later hunks fail or land without meaning anything.
        List<FileChange> changes = patch.changes().stream()
                .filter(change -> !failedFiles.contains(change.path()))
                .toList();
        if (changes.isEmpty()) {
            return;
        }
        Map<String, SourceText> before = new HashMap<>();
        for (FileChange change : changes) {
            if (files.add(change.path())) {
                copy(change.path());
            }
            before.put(change.path(), SourceText.of(Files.readAllBytes(folder.resolve(change.path()))));
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

    private void copy(String file) throws IOException {
        Path copy = folder.resolve(file);
        Files.createDirectories(copy.getParent());
        Files.write(copy, Files.readAllBytes(tree.resolve(file)));
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
