package io.github.kpatch.livepatch.verify;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.Architectures;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a finished module a second time: everything that the kernel would load must be what the compiler made of the
 * patched source, and every name in it must mean in the running kernel what that source means. The whole reading as a list.
 */
public final class VerifyModule {
    private VerifyModule() {}

    /**
     * Verifies a module.
     *
     * @param where what to call the module in messages
     * @param module the finished {@code .ko}
     * @param parts what was compiled for it
     * @param running the kernel that is to load it
     * @throws ProblemException with all that is not as it was compiled ({@link ProblemCode#MODULE_NOT_AS_COMPILED}), or
     *     with the reader's codes where the file is no whole object
     */
    public static void verify(String where, byte[] module, CompiledParts parts, RunningKernel running) {
        ElfObject object = ElfReader.read(where, module);
        Findings findings = new Findings(where);
        Architecture arch = architecture(where, object);
        if (parts.own().stream().anyMatch(own -> own.header().machine() != arch.machine())) {
            findings.add("file header", "It is for another machine than the compiled objects.");
            throw ProblemException.inputs(findings.all());
        }
        List<Origin> origins = new ArrayList<>();
        parts.units().forEach(unit -> origins.add(Origin.of(unit, arch)));
        parts.own().forEach(own -> origins.add(Origin.ofOwnSource(own, arch)));
        FinishedModule finished = new FinishedModule(object, findings);
        KernelSymbols kernel = new KernelSymbols(running, arch);
        MatchPieces pieces = new MatchPieces(origins, finished, running, kernel, arch, findings);
        CheckRedirections redirections = new CheckRedirections(origins, finished, kernel, pieces, arch, findings);
        CheckNothingElse rest = new CheckNothingElse(origins, finished, pieces, findings);

        redirections.checkFunctions();
        redirections.checkCallbacks();
        rest.placeUnreferenced();
        pieces.finish();
        CheckCallSites.check(origins, finished, pieces, arch, findings);
        rest.check();
        CheckNothingMissing.check(origins, pieces, arch, findings);
        if (!findings.all().isEmpty()) {
            throw ProblemException.inputs(findings.all());
        }
    }

    private static Architecture architecture(String where, ElfObject module) {
        int machine = module.header().machine();
        return Architectures.of(machine)
                .orElseThrow(() -> ProblemException.input(
                        ProblemCode.OBJECT_UNSUPPORTED,
                        where,
                        "It is for the machine " + machine + ", which this version does not know."));
    }
}
