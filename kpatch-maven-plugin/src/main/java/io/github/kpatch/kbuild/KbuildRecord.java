package io.github.kpatch.kbuild;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What kbuild notes about an object in {@code .<object>.cmd} beside it: the command that compiled it, which says what
 * kernel object the file becomes part of, and, in kernels with symbol versions (since 5.19), the version of each symbol
 * it exports. So nothing need be looked for in Makefiles.
 *
 * @param module the module the object belongs to, with {@code _} for {@code -}; empty for vmlinux. For an object that is
 *     linked into several modules kbuild joins their names by {@code :}
 * @param exportVersions CRC of each exported symbol, in the order of the file; empty where the kernel has no versions
 */
public record KbuildRecord(Optional<String> module, Map<String, Integer> exportVersions) {
    private static final Pattern COMMAND = Pattern.compile("^(?:saved)?cmd_\\S+ := (.*)$", Pattern.MULTILINE);
    private static final Pattern MODULE_NAME = Pattern.compile("-DKBUILD_MODNAME='\"([^\"]+)\"'");
    private static final Pattern VERSION = Pattern.compile("^#SYMVER (\\S+) 0x([0-9a-fA-F]{1,8})$", Pattern.MULTILINE);

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
        if (modular && !name.find()) {
            throw new IllegalStateException("kbuild named no module");
        }
        Map<String, Integer> versions = new LinkedHashMap<>();
        Matcher version = VERSION.matcher(text);
        while (version.find()) {
            versions.put(version.group(1), Integer.parseUnsignedInt(version.group(2), 16));
        }
        return new KbuildRecord(modular ? Optional.of(name.group(1)) : Optional.empty(), versions);
    }

    /** The kernel object's name as livepatch knows it. */
    public String parent() {
        return module.orElse("vmlinux");
    }
}
