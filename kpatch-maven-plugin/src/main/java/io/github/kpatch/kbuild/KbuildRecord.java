package io.github.kpatch.kbuild;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What kbuild notes about an object in {@code .<object>.cmd} beside it: the command that compiled it, which says what
 * kernel object the file becomes part of, and, in kernels with symbol versions (since 5.19), the version of each symbol
 * it exports. So nothing need be looked for in Makefiles.
 *
 * @param module the module the object belongs to, with {@code _} for {@code -}; empty for vmlinux. For an object that is
 *     linked into several modules kbuild joins their names by {@code :}. Assembly is not told its module: empty too
 * @param assembly whether it was assembled rather than compiled
 * @param exportVersions CRC of each exported symbol, in the order of the file; empty where the kernel has no versions
 * @param compiledFrom the files that the compiler read, relative to the tree as far as they are in it; empty where kbuild
 *     noted none
 */
public record KbuildRecord(
        Optional<String> module, boolean assembly, Map<String, Integer> exportVersions, Set<String> compiledFrom) {
    private static final Pattern COMMAND = Pattern.compile("^(?:saved)?cmd_\\S+ := (.*)$", Pattern.MULTILINE);
    private static final Pattern MODULE_NAME = Pattern.compile("-DKBUILD_MODNAME='\"([^\"]+)\"'");
    private static final Pattern VERSION = Pattern.compile("^#SYMVER (\\S+) 0x([0-9a-fA-F]{1,8})$", Pattern.MULTILINE);

    private static final Pattern SOURCE = Pattern.compile("^source_\\S+ := (\\S+)$", Pattern.MULTILINE);

    /** Possessive: an object may have thousands of such lines, and each that could be given back again takes of the stack. */
    private static final Pattern DEPENDENCIES =
            Pattern.compile("^deps_\\S+ :=((?:[^\\n]*\\\\\\n)*+[^\\n]*)$", Pattern.MULTILINE);

    private static final Pattern FILE = Pattern.compile("(?<![^\\s])[^\\s$()\\\\]+(?![^\\s])");

    public KbuildRecord {
        compiledFrom = Set.copyOf(compiledFrom);
    }

    /**
     * Reads such a file.
     *
     * @throws IllegalStateException when it holds no command, which no kbuild leaves
     */
    public static KbuildRecord parse(String text) {
        Matcher matcher = COMMAND.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("kbuild left no command");
        }
        String command = matcher.group(1);
        Matcher name = MODULE_NAME.matcher(command);
        boolean modular = (" " + command + " ").contains(" -DMODULE ");
        boolean assembly = command.contains(" -D__ASSEMBLY__ ");
        if (modular && !assembly && !name.find()) {
            throw new IllegalStateException("kbuild named no module");
        }
        Map<String, Integer> versions = new LinkedHashMap<>();
        Matcher version = VERSION.matcher(text);
        while (version.find()) {
            versions.put(version.group(1), Integer.parseUnsignedInt(version.group(2), 16));
        }
        return new KbuildRecord(
                modular && !assembly ? Optional.of(name.group(1)) : Optional.empty(),
                assembly,
                versions,
                compiledFrom(text));
    }

    /** The files that the compiler read, as such a text notes them; empty where it notes none. */
    static Set<String> compiledFrom(String text) {
        Set<String> files = new HashSet<>();
        Matcher source = SOURCE.matcher(text);
        if (source.find()) {
            files.add(normalized(source.group(1)));
        }
        Matcher dependencies = DEPENDENCIES.matcher(text);
        if (dependencies.find()) {
            Matcher file = FILE.matcher(dependencies.group(1));
            while (file.find()) {
                files.add(normalized(file.group()));
            }
        }
        return files;
    }

    private static String normalized(String file) {
        return Path.of(file).normalize().toString();
    }

    /** The kernel object's name as livepatch knows it. */
    public String parent() {
        return module.orElse("vmlinux");
    }
}
