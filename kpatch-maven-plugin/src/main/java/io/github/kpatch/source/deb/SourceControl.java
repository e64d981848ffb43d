package io.github.kpatch.source.deb;

import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the control file of a Debian source package says, {@code .dsc}: the format, and the files that belong to it with
 * their digests. A signature around it is not checked: who gives the file trusts it, and may pin its SHA-256.
 *
 * <p>Source: deb-src-control(5) and deb822(5).
 *
 * @param format such as {@code 3.0 (quilt)}
 * @param source name of the source package
 * @param version of the package, without its epoch
 * @param files what it consists of besides
 */
record SourceControl(String format, String source, String version, List<Part> files) {
    private static final int LONGEST = 1 << 20;
    private static final Pattern FILE =
            Pattern.compile("([0-9a-f]{64}) +(\\d{1,18}) +([A-Za-z0-9][A-Za-z0-9.+~_:%-]*)");

    SourceControl {
        files = List.copyOf(files);
    }

    /**
     * A file beside the control file.
     *
     * @param sha256 hexadecimal
     * @param size in bytes
     */
    record Part(String name, String sha256, long size) {}

    /** Whether a file is one, by what it says. */
    static boolean is(Path file) {
        return Folders.doing(file, () -> {
            if (Files.size(file) > LONGEST) {
                return false;
            }
            Map<String, String> fields = fields(Files.readString(file, StandardCharsets.ISO_8859_1));
            return fields.containsKey("Format") && fields.containsKey("Checksums-Sha256");
        });
    }

    /**
     * Reads one.
     *
     * @throws ProblemException KP207 when it lacks something or a file's name is none
     */
    static SourceControl of(Path file) {
        Map<String, String> fields = Folders.doing(file, () -> fields(Files.readString(file, StandardCharsets.UTF_8)));
        List<Part> parts = new ArrayList<>();
        for (String line : field(file, fields, "Checksums-Sha256").strip().split("\n")) {
            Matcher part = FILE.matcher(line.strip());
            if (!part.matches()) {
                throw malformed(file, "Its Checksums-Sha256 has the line '" + line.strip() + "'.");
            }
            parts.add(new Part(part.group(3), part.group(1), Long.parseLong(part.group(2))));
        }
        return new SourceControl(
                field(file, fields, "Format"),
                field(file, fields, "Source"),
                field(file, fields, "Version").replaceFirst("^\\d+:", ""),
                parts);
    }

    /** The file whose name ends so, of which there may be one. */
    Optional<Part> ending(String pattern) {
        return files.stream().filter(part -> part.name().matches(pattern)).findFirst();
    }

    private static String field(Path file, Map<String, String> fields, String name) {
        return Optional.ofNullable(fields.get(name))
                .filter(value -> !value.isBlank())
                .orElseThrow(() -> malformed(file, "It has no " + name + "."));
    }

    private static ProblemException malformed(Path file, String what) {
        return ProblemException.input(ProblemCode.ARCHIVE_DAMAGED, file.toString(), what);
    }

    /** The fields of the one paragraph, signed or not; lines of one field with line ends between them. */
    private static Map<String, String> fields(String text) {
        String plain = text;
        int signed = text.indexOf("-----BEGIN PGP SIGNED MESSAGE-----");
        if (signed >= 0) {
            plain = text.substring(signed)
                    .replaceFirst("(?s)^.*?\r?\n\r?\n", "")
                    .replaceFirst("(?s)-----BEGIN PGP SIGNATURE-----.*", "")
                    .replaceAll("(?m)^- ", "");
        }
        Map<String, String> fields = new TreeMap<>();
        String current = "";
        for (String line : plain.strip().split("\r?\n")) {
            if (line.isEmpty()) {
                break;
            }
            int colon = line.indexOf(':');
            if (Character.isWhitespace(line.charAt(0))) {
                fields.merge(current, line.strip(), (first, next) -> first + "\n" + next);
            } else if (colon > 0) {
                current = line.substring(0, colon);
                fields.put(current, line.substring(colon + 1).strip());
            }
        }
        return fields;
    }
}
