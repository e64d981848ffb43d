package io.github.kpatch.kbuild;

import io.github.kpatch.host.Folders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which objects a source file ends up in. Usually {@code x.c} becomes {@code x.o}. But some files are compiled only as
 * part of another that includes them ({@code kernel/sched/rt.c} in {@code build_policy.c}), and make would build an
 * {@code rt.o} that no kernel contains. And some belong to a Makefile elsewhere, which alone knows their flags: {@code
 * virt/kvm/kvm_main.c} is {@code arch/x86/kvm/../../../virt/kvm/kvm_main.o}, and amdgpu's display code is built likewise.
 */
public final class CompiledSources {
    private CompiledSources() {}

    /**
     * The objects that changed source files are compiled into, as kbuild names them, sorted.
     *
     * @param tree the kernel tree
     * @param sources {@code .c} files, relative to the tree
     * @param makefilesElsewhere {@link #makefilesElsewhere} of the tree; asked only where a source needs it
     * @param listed the objects that kbuild makes for a folder's Makefile, named relative to the tree
     */
    public static List<String> objectsOf(
            Path tree,
            List<String> sources,
            Supplier<List<String>> makefilesElsewhere,
            Function<String, List<String>> listed) {
        SortedSet<String> objects = new TreeSet<>();
        SortedSet<String> elsewhere = new TreeSet<>();
        for (String source : sources) {
            List<String> including = including(tree, source);
            for (String file : including.isEmpty() ? List.of(source) : including) {
                String object = objectOf(file);
                (Makefiles.nearestLists(tree, object) ? objects : elsewhere).add(object);
            }
        }
        if (!elsewhere.isEmpty()) {
            objects.addAll(namesElsewhere(elsewhere, makefilesElsewhere.get(), listed));
        }
        return List.copyOf(objects);
    }

    /**
     * The folders whose Makefiles may list objects of other folders, relative to the tree, sorted. Finding them takes a walk
     * over the whole tree, and they are the same for ever.
     */
    public static List<String> makefilesElsewhere(Path tree) {
        return Makefiles.withObjectsElsewhere(tree);
    }

    /** The object of a source file that is compiled by itself. */
    public static String objectOf(String source) {
        if (!source.endsWith(".c")) {
            throw new IllegalStateException("not a C file: " + source);
        }
        return source.substring(0, source.length() - 1) + "o";
    }

    /** The C file that an object is compiled from where it has one of its own, without {@code ..} in its path. */
    public static String sourceOf(String object) {
        return KernelContents.stem(Path.of(object).normalize().toString()) + ".c";
    }

    /** The C files in the same folder that include {@code source}; files that include C files do so by name alone. */
    private static List<String> including(Path tree, String source) {
        Path file = Path.of(source);
        Path folder = tree.resolve(source).getParent();
        Pattern include = Pattern.compile("(?m)^[ \\t]*#[ \\t]*include[ \\t]+\""
                + Pattern.quote(file.getFileName().toString()) + "\"");
        return Folders.doing(folder, () -> {
            List<String> including = new ArrayList<>();
            try (Stream<Path> siblings = Files.list(folder)) {
                for (Path sibling : siblings.filter(path -> path.toString().endsWith(".c"))
                        .sorted()
                        .toList()) {
                    String text = Files.readString(sibling, StandardCharsets.ISO_8859_1);
                    if (include.matcher(text).find()) {
                        including.add(file.resolveSibling(sibling.getFileName()).toString());
                    }
                }
            }
            return including;
        });
    }

    private static List<String> namesElsewhere(
            Collection<String> objects, List<String> makefiles, Function<String, List<String>> listed) {
        Map<String, List<String>> names = makefiles.stream()
                .flatMap(folder -> listed.apply(folder).stream())
                .collect(Collectors.groupingBy(name -> Path.of(name).normalize().toString()));
        // Makefiles can compute names, so a name that none spells out may be right.
        return objects.stream()
                .flatMap(object -> names.getOrDefault(object, List.of(object)).stream())
                .toList();
    }
}
