package io.github.kpatch.livepatch;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.regex.Pattern;

/**
 * Which form of the livepatch interface a kernel has. Read from the text of its {@code <linux/livepatch.h>} and not from
 * its version, because distributions bring new forms back into old kernels.
 *
 * @param registers whether a patch is registered before it is enabled, and unregistered when its module goes (before
 *     5.1)
 * @param replaces whether a patch can take the place of all that were loaded before it (5.1)
 */
public record LivepatchInterface(boolean registers, boolean replaces) {
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\\n]*", Pattern.DOTALL);

    /**
     * Reads the header.
     *
     * @param where what to call it in messages
     * @param header its text
     * @throws ProblemException ({@link ProblemCode#LIVEPATCH_INTERFACE_UNKNOWN}) where it lacks what the module's source
     *     needs: functions named by symbol and position (4.5), callbacks (4.15), and a known way to enable a patch
     */
    public static LivepatchInterface probe(String where, String header) {
        String code = COMMENT.matcher(header).replaceAll(" ");
        require(where, code, "unsigned\\s+long\\s+old_sympos\\s*;", "old_sympos in struct klp_func");
        require(where, code, "struct\\s+klp_callbacks\\s+callbacks\\s*;", "callbacks in struct klp_object");
        require(where, code, "int\\s+klp_enable_patch\\s*\\(\\s*struct\\s+klp_patch\\s*\\*", "klp_enable_patch()");
        boolean registers = has(code, "int\\s+klp_register_patch\\s*\\(");
        boolean replaces = has(code, "bool\\s+replace\\s*;");
        if (!registers && !replaces) {
            throw unknown(where, "neither klp_register_patch() nor replace in struct klp_patch");
        }
        return new LivepatchInterface(registers, replaces);
    }

    private static boolean has(String code, String pattern) {
        return Pattern.compile("\\b" + pattern).matcher(code).find();
    }

    private static void require(String where, String code, String pattern, String what) {
        if (!has(code, pattern)) {
            throw unknown(where, "no " + what);
        }
    }

    private static ProblemException unknown(String where, String what) {
        return ProblemException.input(ProblemCode.LIVEPATCH_INTERFACE_UNKNOWN, where, "The header has " + what + ".");
    }
}
