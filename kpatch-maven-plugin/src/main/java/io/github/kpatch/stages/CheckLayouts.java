package io.github.kpatch.stages;

import io.github.kpatch.debuginfo.LayoutChange;
import io.github.kpatch.debuginfo.TypeLayouts;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import io.github.kpatch.kbuild.CompilerErrors;
import io.github.kpatch.kbuild.Kbuild;
import io.github.kpatch.kbuild.PrivateView;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares how types lie in memory before and after the patch, as the compiler laid them out. Objects of these types are
 * there when the module is loaded, and code that is not replaced goes on using them as they were.
 *
 * <p>The objects that the patch changes are compiled once more on both sides, with debug information, apart from those that
 * go into the module. The others need not be: where the compiler made the same code of both layouts, the module holds
 * none of it. They only count, as what knows the type and stays.
 */
final class CheckLayouts {
    /** Where the headers for authors leave the names of types whose changed layout is accepted. */
    private static final String ACCEPTED = ".discard.kpatch.layouts";

    /** Bounds what lies on the disk: debug information of an object takes some megabytes. */
    private static final int OBJECTS_A_CALL = 64;

    private final PatchedSources sources;
    private final BuildContext context;
    private final Kbuild kbuild;
    private final SortedMap<String, LayoutFinding> findings = new TreeMap<>();
    private final SortedSet<String> accepted = new TreeSet<>();

    /** @param kbuild makes objects that tell their types */
    CheckLayouts(PatchedSources sources, BuildContext context, Kbuild kbuild) {
        this.sources = sources;
        this.context = context;
        this.kbuild = kbuild;
    }

    /** Whether a patch can change a layout that matters: it touches declarations, and some code comes out different. */
    static boolean inNeed(PatchedSources sources, List<BuiltObject> changed) {
        return sources.touchDeclarations() && !changed.isEmpty();
    }

    /**
     * Compares the layouts.
     *
     * @param original shows the kernel's own source
     * @param patched shows the patched source
     * @param changed objects that the patch changes
     * @param reach all objects that it can reach
     * @return the types whose layout changes with the author's consent, sorted
     * @throws ProblemException KP315 with every other one
     */
    List<String> check(PrivateView original, PrivateView patched, List<BuiltObject> changed, Reach reach) {
        refuse(original, patched, changed, reach);
        accepted.forEach(type -> context.console()
                .warn("KPATCH_ALLOW_LAYOUT(" + type + ") accepts nothing: the patch changes no layout of that name."));
        return List.copyOf(findings.keySet());
    }

    /**
     * Compares the layouts that some of the changed objects know, for one that nobody accepts is enough.
     *
     * @throws ProblemException KP315
     */
    void refuse(PrivateView original, PrivateView patched, List<BuiltObject> changed, Reach reach) {
        List<String> names = changed.stream().map(BuiltObject::name).toList();
        try (Progress.Task task = context.progress().start("Comparing layouts", 2L * names.size(), "objects")) {
            for (int from = 0; from < names.size(); from += OBJECTS_A_CALL) {
                List<String> some = names.subList(from, Math.min(names.size(), from + OBJECTS_A_CALL));
                make(
                        original,
                        some.stream()
                                .flatMap(object -> reach.originalOf(object).stream())
                                .toList(),
                        task);
                make(patched, some, task);
                some.forEach(object -> compare(object, reach.originalOf(object), original, patched));
            }
        }
        List<Problem> refused = new ArrayList<>();
        findings.forEach((type, finding) -> {
            if (!accepted.remove(finding.acceptedAs())) {
                refused.add(finding.problem(reach.patched().size() - names.size()));
            }
        });
        if (!refused.isEmpty()) {
            throw ProblemException.findings(refused);
        }
    }

    private void make(PrivateView view, List<String> objects, Progress.Task task) {
        if (objects.isEmpty()) {
            // Asked for nothing, make makes all of the kernel.
            return;
        }
        objects.forEach(object -> Folders.doing(view.file(object), () -> Files.deleteIfExists(view.file(object))));
        Path log = context.workspace().log(Stage.BUILD_OBJECTS.goal() + "-layouts");
        CompilerErrors errors = new CompilerErrors();
        CommandResult result = kbuild.objects(view, objects, log, task, errors);
        if (!result.succeeded()) {
            throw ProblemException.inputs(errors.problems(result, ProblemCode.COMPILE_FAILED, log));
        }
    }

    private void compare(String object, Optional<String> before, PrivateView original, PrivateView patched) {
        ElfFile after = take(patched, object);
        accepted.addAll(accepted(after));
        TypeLayouts now = TypeLayouts.read(after);
        TypeLayouts was = before.map(name -> TypeLayouts.read(take(original, name)))
                .orElseGet(() -> new TypeLayouts(new TreeMap<>()));
        List<LayoutChange> changes = new ArrayList<>(LayoutChange.between(was, now));
        // Known to this object only now, and defined otherwise before, where only others knew it.
        sources.types().stream()
                .filter(type -> now.byName().containsKey(type) && !was.byName().containsKey(type))
                .map(type -> new LayoutChange(
                        type, List.of("its definition changes, and " + object + " did not know it before"), List.of()))
                .forEach(changes::add);
        changes.forEach(change -> findings.computeIfAbsent(change.type(), type -> new LayoutFinding(change))
                .addUser(object));
    }

    private static ElfFile take(PrivateView view, String object) {
        Path file = view.file(object);
        return Folders.doing(file, () -> {
            byte[] content = Files.readAllBytes(file);
            Files.delete(file);
            return ElfFile.open(ByteSource.of(object, content));
        });
    }

    private static List<String> accepted(ElfFile object) {
        List<String> names = new ArrayList<>();
        object.sections().stream()
                .filter(section -> section.name().equals(ACCEPTED))
                .forEach(section -> {
                    ByteBuffer content = object.contents(section);
                    String text = StandardCharsets.ISO_8859_1.decode(content).toString();
                    for (String name : text.split("\0")) {
                        if (!name.isBlank()) {
                            names.add(name.strip().replaceAll("\\s+", " "));
                        }
                    }
                });
        return names;
    }
}
