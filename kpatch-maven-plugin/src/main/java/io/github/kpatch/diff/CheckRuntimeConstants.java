package io.github.kpatch.diff;

import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Lets no code into the patch with a constant that the kernel overwrites at boot: in a module the compiler's placeholder
 * would stay. {@link ReadRuntimeConstants} has turned all that it could.
 */
final class CheckRuntimeConstants {
    private CheckRuntimeConstants() {}

    /** The functions of the patch that still have such constants. */
    static List<Problem> in(Unit patched, Tables tables) {
        List<Problem> problems = new ArrayList<>();
        for (SectionId table : patched.elf().sectionIds()) {
            if (SectionNames.isRuntimeConstants(patched.section(table).name())) {
                for (Relocation place : patched.elf().relocationsOf(table)) {
                    problem(patched, tables, table, place)
                            .filter(found -> !problems.contains(found))
                            .ifPresent(problems::add);
                }
            }
        }
        return problems;
    }

    private static Optional<Problem> problem(Unit patched, Tables tables, SectionId table, Relocation place) {
        return patched.home(place.symbol())
                .filter(tables.inclusion()::has)
                .map(code -> Problem.of(
                        ProblemCode.RUNTIME_CONSTANT,
                        patched.bundles().owner(code).map(patched::where).orElseGet(() -> patched.where(code)),
                        "The kernel writes a constant into it at boot, and would not in a module: it is listed in "
                                + patched.section(table).name() + "."));
    }
}
