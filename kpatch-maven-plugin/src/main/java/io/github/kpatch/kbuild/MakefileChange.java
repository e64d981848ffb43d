package io.github.kpatch.kbuild;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How far the change of a folder's makefile reaches beyond the list of objects. Flags of the compiler can come from any
 * line, so each that is no plain list of objects counts as one that changes them: the objects are compiled again, and it
 * shows whether they become others.
 */
enum MakefileChange {
    /** Only which objects there are. */
    GOALS,
    /** How the objects of the folder are made. */
    FOLDER,
    /** How those of the folders below it are made as well. */
    BELOW;

    private static final Pattern LIST = Pattern.compile(
            "\\s*(?!\\w*flags-|\\w*FLAGS|subdir-)[\\w-]+-(y|m|objs|\\$\\(CONFIG_\\w+\\))\\s*[:+]?=[^=]*");
    private static final Pattern WITHOUT_EFFECT = Pattern.compile("\\s*(#.*)?");
    private static final Pattern BELOW_TOO = Pattern.compile(".*(subdir-|KBUILD_).*|[-s]?(un)?(export|include)\\b.*");

    /** Compares a makefile's text before and after. */
    static MakefileChange between(String before, String after) {
        List<String> changed = new ArrayList<>(lines(before));
        List<String> now = lines(after);
        List<String> added = new ArrayList<>(now);
        changed.forEach(added::remove);
        now.forEach(changed::remove);
        changed.addAll(added);
        MakefileChange widest = GOALS;
        for (String line : changed) {
            if (LIST.matcher(line).matches()) {
                continue;
            }
            if (BELOW_TOO.matcher(line).matches()) {
                return BELOW;
            }
            widest = FOLDER;
        }
        return widest;
    }

    private static List<String> lines(String text) {
        return text.replace("\\\n", " ")
                .lines()
                .filter(line -> !WITHOUT_EFFECT.matcher(line).matches())
                .map(line -> line.strip().replaceAll("\\s+", " "))
                .toList();
    }
}
