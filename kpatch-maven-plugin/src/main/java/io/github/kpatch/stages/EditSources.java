package io.github.kpatch.stages;

import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Gives an author the kernel's source files that a patch is to change, as they are after the project's patches, so that
 * what is changed there becomes the next patch of the series.
 */
final class EditSources {
    private static final String PARAMETER = "kpatch.files";

    private final PreparedKernel kernel;
    private final WorkingCopy copy;
    private final BuildContext context;

    /**
     * @param kernel the kernel whose source it is
     */
    EditSources(PreparedKernel kernel, WorkingCopy copy, BuildContext context) {
        this.kernel = kernel;
        this.copy = copy;
        this.context = context;
    }

    /**
     * Refuses to begin for nothing.
     *
     * @throws ProblemException KP106 when no file is named
     */
    static void check(String wanted) {
        if (names(wanted).isEmpty()) {
            throw ProblemException.input(new Problem(
                    ProblemCode.PARAMETER_INVALID,
                    PARAMETER,
                    "No file is named.",
                    "Name files or folders of the kernel's tree: -D" + PARAMETER + "=fs/proc/version.c,net/sctp/"));
        }
    }

    private static List<String> names(String wanted) {
        return Arrays.stream(wanted.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /**
     * Takes files into the working copy; those that are in it stay as they are.
     *
     * @param wanted paths in the kernel's tree, with commas between them; a folder stands for the source files below it
     * @param series the project's patches; empty where it has none
     * @throws ProblemException KP106 for paths that the kernel's source does not have, KP331 when the copy is of another kernel
     */
    void take(String wanted, Optional<PatchedSources> series) {
        checkKernel();
        Map<String, Path> patched = new TreeMap<>();
        Set<String> gone = new HashSet<>();
        series.ifPresent(sources -> {
            sources.files()
                    .forEach(file -> patched.put(
                            inSources(file.path()), context.workspace().locate(file.patched())));
            sources.rules()
                    .forEach(rule -> patched.put(
                            inSources(rule.path()), context.workspace().locate(rule.patched())));
            sources.deleted().forEach(path -> gone.add(inSources(path)));
        });
        List<String> paths = paths(wanted, patched.keySet(), gone);
        List<String> missing = paths.stream().filter(path -> !copy.has(path)).toList();
        for (String path : missing) {
            Path source = patched.getOrDefault(path, kernel.sources().resolve(path));
            copy.add(path, Folders.doing(source, () -> Files.readAllBytes(source)));
        }
        if (copy.note().isEmpty()) {
            copy.note(new WorkingCopy.Note(
                    kernel.target().release().value(), kernel.digest(), Optional.empty(), Optional.empty()));
        }
        boolean history = !missing.isEmpty()
                && new GitHistory(copy, context)
                        .commit(missing, "Linux " + kernel.target().release() + " with the project's patches");
        tell(paths, missing, series.map(sources -> sources.patches().size()).orElse(0), history);
    }

    private void checkKernel() {
        copy.note().filter(note -> !note.tree().equals(kernel.digest())).ifPresent(note -> {
            throw ProblemException.input(Problem.of(
                    ProblemCode.WORKING_COPY_OUTDATED,
                    copy.root().toString(),
                    "The working copy is of another source than that of "
                            + kernel.target().release() + " now: of " + note.release() + "."));
        });
    }

    private String inSources(String inTree) {
        return kernel.sources().relativize(kernel.tree().resolve(inTree)).toString();
    }

    private List<String> paths(String wanted, Set<String> patched, Set<String> gone) {
        TreeSet<String> paths = new TreeSet<>();
        List<Problem> problems = new ArrayList<>();
        for (String name : names(wanted)) {
            Set<String> found = new TreeSet<>(kernel.sourceFiles(name));
            found.removeAll(gone);
            patched.stream()
                    .filter(path -> Path.of(path).startsWith(Path.of(name)))
                    .forEach(found::add);
            paths.addAll(found);
            if (found.isEmpty()) {
                problems.add(new Problem(
                        ProblemCode.PARAMETER_INVALID,
                        PARAMETER + ": " + name,
                        "The source of " + kernel.target().release() + " has no such file or folder.",
                        "Name it by its path in the kernel's tree, such as fs/proc/version.c or net/sctp/."));
            }
        }
        if (!problems.isEmpty()) {
            throw ProblemException.inputs(problems);
        }
        return List.copyOf(paths);
    }

    private void tell(List<String> paths, List<String> taken, int patches, boolean history) {
        context.console()
                .info("Working copy: %s (%d %s of %s%s%s%s)"
                        .formatted(
                                copy.root(),
                                taken.size(),
                                taken.size() == 1 ? "file" : "files",
                                kernel.target().release(),
                                patches == 0 ? "" : ", with the project's patches applied",
                                history ? ", under git" : "",
                                taken.size() == paths.size()
                                        ? ""
                                        : "; %d more were there already".formatted(paths.size() - taken.size())));
        context.console().info("Change it, then run mvn kpatch:capture -Dkpatch.subject=\"what the patch does\"");
    }
}
