package io.github.kpatch.kbuild;

import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Asks kbuild what it would make. Which objects a kernel is made of follows from its config and thousands of Makefiles
 * that compute names, so only kbuild itself can tell; but it can be asked without making anything. One call of make reads
 * the Makefiles of any number of folders, in a third of a second and twenty milliseconds for each.
 */
public final class AskKbuild {
    private static final String GOALS = "goals.mk";

    private final Kbuild kbuild;
    private final PrivateView view;
    private final Path answers;
    private final Path log;

    /**
     * @param view of the tree that is asked about; its patched Makefiles count
     * @param scratch receives the answers; made where missing
     * @param log receives make's output
     */
    public AskKbuild(Kbuild kbuild, PrivateView view, Path scratch, Path log) {
        this.kbuild = kbuild;
        this.view = view;
        this.answers = scratch.toAbsolutePath();
        this.log = log;
    }

    /** The folders where a build of the whole kernel begins, relative to the tree. */
    List<String> roots() {
        ask(List.of("kpatch-roots"));
        List<String> roots = new ArrayList<>();
        for (String word : answer("roots").strip().split("\\s+")) {
            String folder = word.replaceFirst("/(built-in\\.a|lib\\.a)?$", "");
            if (!folder.isEmpty() && Files.isDirectory(view.file(folder)) && !roots.contains(folder)) {
                roots.add(folder);
            }
        }
        return roots;
    }

    /** What kbuild makes of each of some folders. */
    SortedMap<String, FolderGoals> folders(Collection<String> folders) {
        ask(folders.stream().map(folder -> "kpatch-folder/" + folder).toList());
        SortedMap<String, FolderGoals> goals = new TreeMap<>();
        for (String folder : folders) {
            goals.put(folder, FolderGoals.parse(answer("folder@" + folder.replace('/', '@'))));
        }
        return goals;
    }

    /**
     * The configuration that the view's Kconfig files make of one.
     *
     * @throws ProblemException with a finding when kconfig does not understand them
     */
    KernelConfig config(byte[] config) {
        Path file = Folders.make(answers).resolve("config");
        Folders.write(file, config);
        ask(List.of("kpatch-config"));
        return KernelConfig.parse(file.toString(), Folders.doing(file, () -> Files.readAllBytes(file)));
    }

    private void ask(List<String> questions) {
        Path goals = Folders.make(answers).resolve(GOALS);
        Folders.write(goals, resource());
        List<String> arguments = new ArrayList<>(List.of("-f", "Makefile", "-f", goals.toString()));
        arguments.addAll(Kbuild.configured());
        arguments.addAll(kbuild.folderOption());
        arguments.add("KPATCH_ANSWERS=" + answers);
        arguments.add("KPATCH_GOALS=" + goals);
        arguments.addAll(questions);
        CommandResult result = kbuild.make(view, arguments, Map.of(), log, line -> {});
        if (!result.succeeded()) {
            throw ProblemException.inputs(new CompilerErrors().problems(result, ProblemCode.TOOL_FAILED, log));
        }
    }

    private String answer(String name) {
        Path file = answers.resolve(name);
        return Folders.doing(file, () -> Files.readString(file, StandardCharsets.UTF_8));
    }

    private static byte[] resource() {
        try (InputStream stream = AskKbuild.class.getResourceAsStream(GOALS)) {
            if (stream == null) {
                throw new IllegalStateException("the plugin lacks its resource " + GOALS);
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
