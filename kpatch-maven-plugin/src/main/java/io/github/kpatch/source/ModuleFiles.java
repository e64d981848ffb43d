package io.github.kpatch.source;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How module files are named: {@code nf-tables.ko}, maybe compressed, is the module {@code nf_tables}. */
final class ModuleFiles {
    private static final Pattern FILE = Pattern.compile("(?:.*/)?([^/]+)\\.ko(?:\\.(?:xz|gz|zst|bz2))?");

    private ModuleFiles() {}

    /** The module that a file holds, as the kernel names it; empty where the file is no module. */
    static Optional<String> moduleName(String path) {
        Matcher matcher = FILE.matcher(path);
        return matcher.matches() ? Optional.of(matcher.group(1).replace('-', '_')) : Optional.empty();
    }
}
