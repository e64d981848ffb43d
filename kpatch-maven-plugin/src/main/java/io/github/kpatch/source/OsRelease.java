package io.github.kpatch.source;

import io.github.kpatch.host.Folders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Which distribution a machine says it is, in the file that os-release(5) describes: assignments as a shell reads them.
 *
 * @param id the distribution's own name, such as {@code rocky}; empty where the file gives none or is not there
 * @param like the distributions it is made after, the closest first, such as {@code rhel centos fedora}
 */
record OsRelease(Optional<String> id, List<String> like) {
    OsRelease {
        like = List.copyOf(like);
    }

    /**
     * Reads it.
     *
     * @param root the machine's root folder
     */
    static OsRelease of(Path root) {
        return Stream.of("etc/os-release", "usr/lib/os-release")
                .map(root::resolve)
                .filter(Files::isRegularFile)
                .findFirst()
                .map(file ->
                        parse(Folders.doing(file, () -> new String(Files.readAllBytes(file), StandardCharsets.UTF_8))))
                .orElseGet(() -> new OsRelease(Optional.empty(), List.of()));
    }

    static OsRelease parse(String text) {
        Map<String, String> values = new TreeMap<>();
        for (String line : text.split("\n")) {
            int equals = line.indexOf('=');
            if (equals > 0 && line.charAt(0) != '#') {
                values.put(line.substring(0, equals).strip(), unquoted(line.substring(equals + 1)));
            }
        }
        return new OsRelease(
                Optional.ofNullable(values.get("ID")).filter(id -> !id.isEmpty()),
                Stream.of(values.getOrDefault("ID_LIKE", "").split(" "))
                        .filter(id -> !id.isEmpty())
                        .toList());
    }

    /** All names, its own first. */
    List<String> names() {
        return Stream.concat(id.stream(), like.stream()).toList();
    }

    private static String unquoted(String value) {
        String text = value.strip();
        boolean quoted = text.length() >= 2
                && (text.charAt(0) == '"' || text.charAt(0) == '\'')
                && text.charAt(text.length() - 1) == text.charAt(0);
        return quoted ? text.substring(1, text.length() - 1) : text;
    }
}
