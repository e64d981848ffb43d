package io.github.kpatch.kbuild;

import io.github.kpatch.host.Folders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Weak functions of a tree. Where another file defines a function of the name, no symbol table tells that there is a weak
 * one; it comes into its own when the other is taken away, and code that stays goes on calling the other.
 */
public final class WeakDefinitions {
    private static final String WEAK = "weak";

    /** What follows the word, or the attribute that it stands for, up to the parameters. */
    private static final Pattern DEFINITION =
            Pattern.compile("(?:__weak\\b|__attribute__\\s*\\(\\(\\s*(?:weak|__weak__)\\s*\\)\\))([^;{()]*)\\(");

    private static final Pattern NAME = Pattern.compile("(\\w+)\\s*$");

    private static final Set<String> WITHOUT_KERNEL_CODE =
            Set.of("Documentation", "include", "samples", "scripts", "tools");

    private WeakDefinitions() {}

    /**
     * Which of some functions the tree has weak definitions of, and in which file.
     *
     * @param names the names of the functions
     */
    public static SortedMap<String, String> among(Collection<String> names, Path tree) {
        return KernelFiles.in(tree, WITHOUT_KERNEL_CODE, path -> path.endsWith(".c")).parallelStream()
                .flatMap(file ->
                        named(text(tree.resolve(file))).filter(names::contains).map(name -> Map.entry(name, file)))
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        Map.Entry::getValue,
                        (one, other) -> one.compareTo(other) < 0 ? one : other,
                        TreeMap::new));
    }

    private static String text(Path file) {
        return Folders.doing(file, () -> Files.readString(file, StandardCharsets.ISO_8859_1));
    }

    private static Stream<String> named(String text) {
        if (!text.contains(WEAK)) {
            return Stream.empty();
        }
        return DEFINITION
                .matcher(text)
                .results()
                .map(definition -> NAME.matcher(definition.group(1)))
                .filter(Matcher::find)
                .map(name -> name.group(1));
    }
}
