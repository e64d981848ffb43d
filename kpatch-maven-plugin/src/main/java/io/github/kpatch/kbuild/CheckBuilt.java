package io.github.kpatch.kbuild;

import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether the target's configuration builds an object at all, before anything is compiled: make builds any object it is
 * asked for, and one that the configuration leaves out fails with errors of a compiler that are nobody's fault. kbuild
 * itself is the judge; the text of the Makefile that names the object says which option is off. Where no Makefile spells
 * the name out, nothing can be said.
 */
public final class CheckBuilt {
    /** An assignment of kbuild's: what it belongs to, when, and what is listed. */
    private static final Pattern ASSIGNMENT =
            Pattern.compile("(?m)^[ \\t]*([\\w.-]+?)-(y|m|objs|\\$\\((CONFIG_\\w+)\\))[ \\t]*[:+]?=(.*)$");

    private static final Pattern SET = Pattern.compile("(?m)^(CONFIG_\\w+)=");

    private final Path tree;
    private final Function<String, Optional<Listing>> listed;

    /**
     * @param tree the prepared tree
     * @param listed what kbuild makes for a folder's Makefile; empty where it does not say
     */
    public CheckBuilt(Path tree, Function<String, Optional<Listing>> listed) {
        this.tree = tree;
        this.listed = listed;
    }

    /**
     * Why the target does not contain an object; empty where it does or where that cannot be told.
     *
     * @param object relative to the tree
     */
    public Optional<Problem> of(String object) {
        Path path = Path.of(object).normalize();
        Optional<Path> makefile = Makefiles.nearest(tree, path.toString());
        if (makefile.isEmpty() || !Makefiles.nearestLists(tree, path.toString())) {
            return Optional.empty();
        }
        Path folder = makefile.get();
        Optional<Listing> own = listed.apply(folder.toString());
        if (own.isPresent() && !own.get().hasObject(object)) {
            return Optional.of(
                    problem(object, options(folder, folder.relativize(path).toString())));
        }
        for (Path below = folder; below.getParent() != null; below = below.getParent()) {
            Path above = below.getParent();
            String name = below.getFileName() + "/";
            Optional<Listing> listing = names(above, name) ? listed.apply(above.toString()) : Optional.empty();
            if (listing.isPresent() && !listing.get().folders().contains(below.toString())) {
                return Optional.of(problem(object, options(above, name)));
            }
        }
        return Optional.empty();
    }

    private static Problem problem(String object, Set<String> options) {
        String source = object.substring(0, object.length() - 1) + "c";
        return new Problem(
                ProblemCode.PARENT_MISMATCH,
                source,
                options.isEmpty()
                        ? "The target's configuration does not build it."
                        : "The target's configuration does not build it: " + String.join(", ", options)
                                + (options.size() == 1 ? " is" : " are") + " off.",
                "Leave the changes of this file out of the patch: the running kernel does not contain it.");
    }

    private boolean names(Path folder, String name) {
        Matcher assignment = ASSIGNMENT.matcher(text(folder));
        while (assignment.find()) {
            if (words(assignment).contains(name)) {
                return true;
            }
        }
        return false;
    }

    /** The options that are off and that a Makefile asks for before it takes a name, or what is composed of it. */
    private Set<String> options(Path folder, String name) {
        String config = read(tree.resolve("include/config/auto.conf"));
        Set<String> on = new TreeSet<>();
        Matcher set = SET.matcher(config);
        while (set.find()) {
            on.add(set.group(1));
        }
        Set<String> off = new TreeSet<>();
        Deque<String> wanted = new ArrayDeque<>(List.of(name));
        Set<String> seen = new TreeSet<>(wanted);
        while (!wanted.isEmpty()) {
            String one = wanted.remove();
            Matcher assignment = ASSIGNMENT.matcher(text(folder));
            while (assignment.find()) {
                if (words(assignment).contains(one)) {
                    Optional.ofNullable(assignment.group(3))
                            .filter(option -> !on.contains(option))
                            .ifPresent(off::add);
                    String composed = assignment.group(1) + ".o";
                    if (seen.add(composed)) {
                        wanted.add(composed);
                    }
                }
            }
        }
        return off;
    }

    private static List<String> words(Matcher assignment) {
        return List.of(assignment.group(4).trim().split("\\s+"));
    }

    private String text(Path folder) {
        return Makefiles.text(tree, tree.resolve(folder)).replace("\\\n", " ");
    }

    private static String read(Path file) {
        return Folders.doing(file, () -> Files.readString(file, StandardCharsets.ISO_8859_1));
    }
}
