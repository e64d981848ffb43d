package io.github.kpatch.diff;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.Architectures;
import io.github.kpatch.elf.ElfHeader;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.List;

/**
 * Makes sure that the two objects are builds of one thing for one machine, before anything is compared: another ABI or
 * machine flag would make every later answer meaningless. Objects with program headers are linked already and have lost
 * what the comparison needs.
 */
final class CheckComparable {
    private CheckComparable() {}

    /**
     * Two objects that can be compared.
     *
     * @param objects the objects
     * @param arch the machine both are for
     */
    record ComparablePair(ObjectPair objects, Architecture arch) {}

    /**
     * The pair with its architecture.
     *
     * @throws ProblemException when no architecture knows the machine
     */
    static ComparablePair of(ObjectPair objects) {
        ElfHeader original = objects.original().header();
        ElfHeader patched = objects.patched().header();
        if (!original.equals(patched)) {
            throw notComparable(objects, "The ELF headers of original and patched object differ.");
        }
        if (original.programHeaders() != 0) {
            throw notComparable(objects, "The objects have program headers, so they are linked already.");
        }
        Architecture arch = Architectures.of(original.machine())
                .filter(known -> known.order().equals(original.order()))
                .orElseThrow(() -> ProblemException.input(
                        ProblemCode.OBJECT_UNSUPPORTED,
                        objects.name(),
                        "Objects for machine " + original.machine() + " (" + original.order()
                                + ") are not supported yet."));
        return new ComparablePair(objects, arch);
    }

    private static UnreconcilableException notComparable(ObjectPair objects, String what) {
        return new UnreconcilableException(
                List.of(Problem.of(ProblemCode.OBJECTS_NOT_COMPARABLE, objects.name(), what)));
    }
}
