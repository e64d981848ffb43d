package io.github.kpatch.patch;

import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Parts the changes of a series into those a live patch can carry, those that never reach a kernel object, and those it
 * must refuse. Judged by path before anything is applied or built: the reason is clear here, while at the end of a build
 * only its symptom would be left.
 */
final class SelectTargets {
    /** The kernel's own limit (PATH_MAX). */
    static final int LONGEST_PATH = 4096;

    private final Path tree;
    private final List<PatchFile> usable = new ArrayList<>();
    /** Which files there are, where the patches so far change that. */
    private final Map<String, Boolean> present = new HashMap<>();

    private final Set<String> refusedPaths = new HashSet<>();
    private final List<Problem> problems = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();

    private SelectTargets(Path tree) {
        this.tree = tree;
    }

    /**
     * What a series can do to a kernel.
     *
     * @param patches all patches in order, with nothing left of them but changes that matter to a kernel object
     * @param problems a reason for each change that is refused
     * @param warnings a line for each change that is passed over
     */
    record Targets(List<PatchFile> patches, List<Problem> problems, List<Problem> warnings) {
        Targets {
            patches = List.copyOf(patches);
            problems = List.copyOf(problems);
            warnings = List.copyOf(warnings);
        }
    }

    /** Judges {@code patches} against the source in {@code tree}. */
    static Targets of(List<PatchFile> patches, Path tree) {
        SelectTargets selection = new SelectTargets(tree);
        patches.forEach(selection::add);
        return new Targets(selection.usable, selection.problems, selection.warnings);
    }

    private void add(PatchFile patch) {
        List<FileChange> kept = new ArrayList<>();
        for (FileChange change : patch.changes()) {
            if (usable(patch, change)) {
                kept.add(change);
            }
        }
        usable.add(new PatchFile(patch.name(), kept, patch.windowsLineEnds()));
    }

    private boolean usable(PatchFile patch, FileChange change) {
        Optional<Problem> refusal = refusal(patch, change);
        if (refusal.isPresent()) {
            problems.add(refusal.get());
            refusedPaths.add(change.path());
            change.from().ifPresent(refusedPaths::add);
            return false;
        }
        if (TargetRule.withoutObject(change)) {
            warnings.add(Problem.of(
                    ProblemCode.PATCH_CHANGE_IGNORED,
                    where(patch, change),
                    change.kind() == FileChange.Kind.MODE_CHANGED
                            ? "Only the file's permissions change: ignored."
                            : "No kernel object is made of this file: the change is ignored."));
            return false;
        }
        // What builds on a refused change cannot be judged, and would only repeat the refusal in other words.
        if (refusedPaths.contains(change.path())
                || change.from().filter(refusedPaths::contains).isPresent()) {
            return false;
        }
        change.from()
                .filter(from -> change.kind() == FileChange.Kind.RENAMED)
                .ifPresent(from -> present.put(from, false));
        present.put(change.path(), change.kind() != FileChange.Kind.DELETED);
        return true;
    }

    private Optional<Problem> refusal(PatchFile patch, FileChange change) {
        Optional<String> unsafe = unsafe(change.path()).or(() -> change.from().flatMap(this::unsafe));
        if (unsafe.isPresent()) {
            return Optional.of(Problem.of(ProblemCode.PATCH_LEAVES_TREE, where(patch, change), unsafe.get()));
        }
        if (TargetRule.withoutObject(change)) {
            return Optional.empty();
        }
        for (TargetRule rule : TargetRule.ALL) {
            if (rule.applies().test(change)) {
                return Optional.of(new Problem(
                        ProblemCode.PATCH_TARGET_UNSUPPORTED, where(patch, change), rule.what(), rule.cure()));
            }
        }
        Optional<String> link = linkIn(change.path()).or(() -> change.from().flatMap(this::linkIn));
        if (link.isPresent()) {
            return Optional.of(Problem.of(ProblemCode.PATCH_LEAVES_TREE, where(patch, change), link.get()));
        }
        boolean added = change.kind() == FileChange.Kind.ADDED;
        String existing = change.from().orElse(change.path());
        if (!added && !refusedPaths.contains(existing) && !isPresent(existing)) {
            return Optional.of(missing(patch, change, existing));
        }
        if ((added || change.from().isPresent()) && !refusedPaths.contains(change.path()) && isPresent(change.path())) {
            return Optional.of(new Problem(
                    ProblemCode.PATCH_DOES_NOT_APPLY,
                    where(patch, change),
                    "The kernel's source has this file already.",
                    "Remove the patch, or this file's part, where this kernel has the change already."));
        }
        return ArchiveMembers.obstacle(tree, existing)
                .filter(obstacle -> isInTree(existing))
                .map(obstacle -> new Problem(
                        ProblemCode.PATCH_TARGET_UNSUPPORTED,
                        where(patch, change),
                        obstacle,
                        "Leave that change out, or change the functions that call it instead."));
    }

    /** Why {@code path} may lie outside the tree; empty where it cannot. */
    private Optional<String> unsafe(String path) {
        if (path.isEmpty() || path.startsWith("/") || path.indexOf('\0') >= 0) {
            return Optional.of("The path is absolute or empty.");
        }
        if (path.length() > LONGEST_PATH) {
            return Optional.of("The path is longer than a path can be.");
        }
        for (String component : path.split("/", -1)) {
            if (component.isEmpty() || component.equals(".") || component.equals("..")) {
                return Optional.of("The path has an empty component, \".\" or \"..\".");
            }
        }
        return Optional.empty();
    }

    /** The symbolic link of the tree through which {@code path} goes, by which it may leave the tree after all. */
    private Optional<String> linkIn(String path) {
        Path file = Path.of("");
        for (String component : path.split("/", -1)) {
            file = file.resolve(component);
            if (Files.isSymbolicLink(tree.resolve(file))) {
                return Optional.of("The path goes through the symbolic link " + file + " of the tree.");
            }
        }
        return Optional.empty();
    }

    private boolean isPresent(String path) {
        return present.getOrDefault(path, isInTree(path));
    }

    private boolean isInTree(String path) {
        return Files.isRegularFile(tree.resolve(path), LinkOption.NOFOLLOW_LINKS);
    }

    private Problem missing(PatchFile patch, FileChange change, String path) {
        return new Problem(
                ProblemCode.PATCH_DOES_NOT_APPLY,
                where(patch, change),
                "The kernel's source has no such file.",
                depthIsWrong(path)
                        ? "Make the patch again so that its paths have one leading folder, as git does."
                        : ProblemCode.PATCH_DOES_NOT_APPLY.cure());
    }

    /** Whether the path has one leading folder too many, or lost its first component because it had none. */
    private boolean depthIsWrong(String path) {
        if (Files.isRegularFile(tree.resolve(path.substring(path.indexOf('/') + 1)))) {
            return true;
        }
        return Folders.doing(tree, () -> {
            try (Stream<Path> folders = Files.list(tree)) {
                return folders.anyMatch(folder -> Files.isRegularFile(folder.resolve(path)));
            }
        });
    }

    private static String where(PatchFile patch, FileChange change) {
        return patch.name() + ":" + change.line() + " " + Quoted.path(change.path());
    }
}
