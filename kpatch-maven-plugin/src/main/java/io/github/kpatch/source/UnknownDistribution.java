package io.github.kpatch.source;

import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A machine whose distribution nothing is known of. It is one only when something is wanted of it: who gives all pieces,
 * or a kernel kit, needs no distribution.
 *
 * @param where what names the distribution
 * @param what what it says
 * @param known the distributions that are known
 */
record UnknownDistribution(String where, String what, List<String> known) implements Distribution, PackageStore {
    private ProblemException unknown() {
        return ProblemException.input(
                ProblemCode.DISTRIBUTION_UNKNOWN, where, what + " Known are " + String.join(", ", known) + ".");
    }

    @Override
    public KernelRelease defaultRelease() {
        throw unknown();
    }

    @Override
    public List<OfferedRelease> releases() {
        throw unknown();
    }

    @Override
    public Build build(KernelRelease release) {
        throw unknown();
    }

    @Override
    public PackageStore packages() {
        return this;
    }

    @Override
    public void read(DistributionPackage wanted, Consumer<Path> reading) {
        throw unknown();
    }

    @Override
    public void done(DistributionPackage wanted) {
        throw unknown();
    }
}
