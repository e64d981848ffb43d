package io.github.kpatch.kbuild;

import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A kernel with symbol versions refuses a module that was built against another version of an exported symbol. The
 * version is a checksum over all types a function can reach, so the originals' tell whether source and config are really
 * the target's, and the patched ones' tell whether the patch changed what the function is to its callers.
 */
public final class CheckExports {
    private CheckExports() {}

    /** What is wrong with the versions of an object's exports. */
    public static List<Problem> of(String object, KbuildRecord original, KbuildRecord patched, ModuleSymvers symvers) {
        List<Problem> problems = new ArrayList<>();
        for (Map.Entry<String, Integer> export : patched.exportVersions().entrySet()) {
            String symbol = export.getKey();
            List<ModuleSymvers.Export> shipped = symvers.exportsNamed(symbol);
            Integer before = original.exportVersions().get(symbol);
            if (before != null && !shipped.isEmpty() && !isAmong(before, shipped)) {
                problems.add(Problem.of(
                        ProblemCode.MODVERSION_MISMATCH,
                        object,
                        "%s has version %s, built from unpatched source %s."
                                .formatted(symbol, text(shipped.get(0).crc()), text(before))));
            } else if (before != null && !before.equals(export.getValue())) {
                problems.add(Problem.of(
                        ProblemCode.EXPORT_CHANGED,
                        object,
                        "The patch changes the version of %s from %s to %s."
                                .formatted(symbol, text(before), text(export.getValue()))));
            }
        }
        return problems;
    }

    private static boolean isAmong(int version, List<ModuleSymvers.Export> exports) {
        return exports.stream().anyMatch(export -> export.crc() == version);
    }

    private static String text(int version) {
        return "0x%08x".formatted(version);
    }
}
