package io.github.kpatch.stages;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.OutOfTreeModules;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The modules outside of the kernel's tree that a project or a command line asks to patch; all empty where it is the
 * kernel.
 *
 * @param source the folder that they were built in
 * @param modules their files
 * @param symvers {@code Module.symvers} of their builds
 */
public record WantedModules(Optional<Path> source, List<Path> modules, List<Path> symvers) {
    /** The kernel itself is patched. */
    public static final WantedModules NONE = new WantedModules(Optional.empty(), List.of(), List.of());

    public WantedModules {
        modules = List.copyOf(modules);
        symvers = List.copyOf(symvers);
    }

    /**
     * The modules.
     *
     * @return empty where it is the kernel that is patched
     * @throws ProblemException KP106 when something of them is named and not their source
     */
    Optional<OutOfTreeModules> given() {
        if (source.isEmpty() && (!modules.isEmpty() || !symvers.isEmpty())) {
            throw ProblemException.input(new Problem(
                    ProblemCode.PARAMETER_INVALID,
                    "outOfTree",
                    "The source of the modules is not given.",
                    "Let source, or -Dkpatch.outOfTree.source, name the folder that they were built in."));
        }
        return source.map(folder -> new OutOfTreeModules(folder, modules, symvers));
    }
}
