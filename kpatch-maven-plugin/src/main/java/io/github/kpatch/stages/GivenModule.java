package io.github.kpatch.stages;

import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.livepatch.CheckModule;
import io.github.kpatch.livepatch.ModuleContents;
import io.github.kpatch.livepatch.ModuleRequirements;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import io.github.kpatch.source.TargetFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Goal {@code verify-module}: a finished module, wherever it comes from, against what this project compiles for its own. Only
 * a module that was made of the very same patches for the very same kernel passes, signed or not.
 */
final class GivenModule {
    private final PreparedKernel kernel;
    private final BuiltObjects built;
    private final DiffedObjects changed;
    private final LinkedModule linked;
    private final BuildContext context;

    /**
     * @param linked what the project's own build made
     */
    GivenModule(
            PreparedKernel kernel,
            BuiltObjects built,
            DiffedObjects changed,
            LinkedModule linked,
            BuildContext context) {
        this.kernel = kernel;
        this.built = built;
        this.changed = changed;
        this.linked = linked;
        this.context = context;
    }

    /**
     * Verifies a module.
     *
     * @throws ProblemException KP210 when it cannot be read; KP209, KP216, KP704 or KP713 when it is no livepatch module; KP503 and
     *     its kin when the target kernel would not take it; KP517 when it is not what was compiled
     */
    void verify(Path file) {
        byte[] signed = read(file);
        String where = file.toString();
        byte[] module = ModuleContents.of(where, signed)
                .signature()
                .map(signature -> signature.module().toArray())
                .orElse(signed);
        TargetFacts facts = new TargetFacts(kernel.target());
        CheckModule.check(
                where,
                module,
                new ModuleRequirements(
                        KernelObject.ofModuleFile(linked.file().path().toString())
                                .orElseThrow()
                                .name(),
                        kernel.target().release(),
                        kernel.target().vermagic(),
                        facts.symvers()));
        VerifyLinked.verify(where, module, kernel, facts, built, changed, linked.own(), context.workspace());
        long functions =
                linked.functions().values().stream().mapToLong(List::size).sum();
        context.console()
                .info(
                        "Verified %s: %d redirected functions of %d objects and all that they lead to are what was compiled"
                                .formatted(file, functions, changed.changed().size()));
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw ProblemException.input(
                    Problem.of(ProblemCode.INPUT_MISSING, file.toString(), "The file cannot be read (" + e + ")."), e);
        }
    }
}
