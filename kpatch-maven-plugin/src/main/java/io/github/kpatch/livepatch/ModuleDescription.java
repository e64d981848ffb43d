package io.github.kpatch.livepatch;

import io.github.kpatch.kernel.CveId;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a module says about itself.
 *
 * @param name its file's name without {@code .ko}: 1 to 55 of {@code A-Z a-z 0-9 _ -}. The kernel takes the name from
 *     the file, with {@code _} for {@code -}, into a field of 56 bytes
 * @param version its version; empty for none
 * @param description what it is for; empty for none
 * @param author who made it; empty for none
 * @param replace whether it takes the place of all live patches loaded before
 * @param patches the patches in it, in the order they were applied
 * @param layouts types whose changed layout the patches' author accepts, sorted
 * @param cves the vulnerabilities that it mends, sorted
 */
public record ModuleDescription(
        String name,
        String version,
        String description,
        String author,
        boolean replace,
        List<PatchSource> patches,
        List<String> layouts,
        List<CveId> cves) {
    /** The longest name of a module or of an object to patch: {@code MODULE_NAME_LEN} less the NUL. */
    public static final int LONGEST_NAME = 55;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");

    /**
     * @throws ProblemException ({@link ProblemCode#MODULE_NAME_INVALID}) where a module cannot have this name
     */
    public ModuleDescription {
        patches = List.copyOf(patches);
        layouts = List.copyOf(layouts);
        cves = List.copyOf(cves);
        if (!NAME.matcher(name).matches()) {
            throw ProblemException.input(
                    ProblemCode.MODULE_NAME_INVALID,
                    name,
                    "The module's name is empty or holds other characters than letters, digits, _ and -.");
        }
        if (name.length() > LONGEST_NAME) {
            throw ProblemException.input(
                    ProblemCode.MODULE_NAME_INVALID,
                    name,
                    "The module's name is " + name.length() + " characters long; the kernel takes " + LONGEST_NAME
                            + ".");
        }
    }

    /**
     * The module's name for a Maven project: {@code kpatch-} and the artifactId, unless that begins so or with {@code
     * livepatch-} already, every character a module's name cannot hold turned into {@code -}.
     */
    public static String defaultName(String artifactId) {
        String name = artifactId.replaceAll("[^A-Za-z0-9_-]", "-");
        return name.startsWith("kpatch-") || name.startsWith("livepatch-") ? name : "kpatch-" + name;
    }

    /** The name by which the running kernel knows the module. */
    public String kernelName() {
        return name.replace('-', '_');
    }
}
