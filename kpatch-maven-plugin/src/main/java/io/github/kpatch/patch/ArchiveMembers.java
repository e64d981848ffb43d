package io.github.kpatch.patch;

import io.github.kpatch.host.Folders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which source files end in an archive, {@code lib/lib.a} or an architecture's: the linker takes only those members of it
 * that something needs, so what a patch would replace may not be in the kernel. The folder's Makefile says so, by naming
 * the object in {@code lib-y}; most files under {@code lib/} are named in {@code obj-y} and are as good as any other.
 */
final class ArchiveMembers {
    private static final List<String> MAKEFILES = List.of("Kbuild", "Makefile");
    private static final Pattern LIBRARY_FOLDER = Pattern.compile("lib|arch/[^/]+/lib");
    private static final Pattern ASSIGNMENT =
            Pattern.compile("(?m)^[ \\t]*([A-Za-z0-9_+-]+-(?:[ym]|objs|\\$\\([A-Z0-9_a-z]+\\)))[ \\t]*[:+]?=(.*)$");

    private ArchiveMembers() {}

    /**
     * Why a source file's functions may not be in the kernel as such; empty where nothing speaks for it.
     *
     * @param file relative to {@code tree}
     */
    static Optional<String> obstacle(Path tree, String file) {
        Path source = Path.of(file);
        if (source.getParent() == null || !file.endsWith(".c")) {
            return Optional.empty();
        }
        String makefile = makefile(tree.resolve(source.getParent()));
        Optional<String> variable =
                variableWith(makefile, source.getFileName().toString().replaceFirst("c$", "o"));
        if (variable.isEmpty()) {
            return LIBRARY_FOLDER.matcher(source.getParent().toString()).matches()
                    ? Optional.of(
                            "The Makefile of " + source.getParent() + " does not name its object, so nobody can say"
                                    + " whether it is linked as it is or from an archive.")
                    : Optional.empty();
        }
        if (isArchive(variable.get())) {
            return Optional.of(
                    "It is linked from an archive (" + variable.get() + " in the Makefile of " + source.getParent()
                            + "), of which only needed members reach the kernel, so what would be replaced may not be"
                            + " there.");
        }
        return Optional.empty();
    }

    private static boolean isArchive(String variable) {
        return variable.startsWith("lib-");
    }

    /** The variable whose value names an object, one of an archive first; of several objects' parts the whole counts. */
    private static Optional<String> variableWith(String makefile, String object) {
        Optional<String> found = Optional.empty();
        Pattern name = Pattern.compile("(?:^|\\s)" + Pattern.quote(object) + "(?:\\s|$)");
        Matcher assignment = ASSIGNMENT.matcher(makefile);
        while (assignment.find()) {
            if (name.matcher(assignment.group(2)).find()) {
                String variable = assignment.group(1);
                String whole = variable.replaceFirst("-[^-]*$", ".o");
                Optional<String> real = variable.matches("(obj|lib)-.*") || whole.equals(object)
                        ? Optional.of(variable)
                        : variableWith(makefile, whole);
                if (real.filter(ArchiveMembers::isArchive).isPresent()) {
                    return real;
                }
                found = found.or(() -> real);
            }
        }
        return found;
    }

    /** The folder's makefiles, a line for each assignment. */
    private static String makefile(Path folder) {
        StringBuilder text = new StringBuilder();
        Folders.doing(folder, () -> {
            for (String name : MAKEFILES) {
                if (Files.isRegularFile(folder.resolve(name))) {
                    text.append(Files.readString(folder.resolve(name), StandardCharsets.ISO_8859_1))
                            .append('\n');
                }
            }
            return folder;
        });
        return text.toString().replace("\\\n", " ");
    }
}
