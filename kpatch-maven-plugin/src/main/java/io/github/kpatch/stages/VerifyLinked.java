package io.github.kpatch.stages;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.host.KeptFile;
import io.github.kpatch.host.Workspace;
import io.github.kpatch.livepatch.verify.CompiledParts;
import io.github.kpatch.livepatch.verify.CompiledUnit;
import io.github.kpatch.livepatch.verify.RunningKernel;
import io.github.kpatch.livepatch.verify.VerifyModule;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import io.github.kpatch.source.TargetFacts;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Holds a module against the objects that were compiled for it, which {@link LinkModule} does with what it has just made and
 * {@link GivenModule} with a module that lies somewhere.
 */
final class VerifyLinked {
    private VerifyLinked() {}

    /**
     * Verifies a module.
     *
     * @param where what to call the module in messages
     * @param built all objects of the patch; those that the module holds nothing of are not read
     * @param own what kbuild compiled for the module itself
     * @throws ProblemException KP517 with everything in which it is not as it was compiled
     */
    static void verify(
            String where,
            byte[] module,
            PreparedKernel kernel,
            TargetFacts facts,
            BuiltObjects built,
            DiffedObjects changed,
            List<KeptFile> own,
            Workspace workspace) {
        Set<String> names = changed.changed().stream().map(DiffedObject::name).collect(Collectors.toSet());
        CompiledParts parts = new CompiledParts(
                built.objects().stream()
                        .filter(object -> names.contains(object.name()))
                        .map(object -> new CompiledUnit(
                                object.name(),
                                object.parent(),
                                read(object.original(), workspace),
                                read(object.patched(), workspace)))
                        .toList(),
                own.stream().map(file -> read(file, workspace)).toList());
        VerifyModule.verify(
                where,
                module,
                parts,
                new RunningKernel(
                        object -> facts.symbols(object.name()),
                        object -> facts.linked(object.name()),
                        facts.symvers(),
                        StructSizes.of(kernel.target().structSizes()),
                        kernel.target().release().tableSetup()));
    }

    private static ElfObject read(KeptFile file, Workspace workspace) {
        return ElfReader.read(workspace.locate(file).toString(), workspace.read(file));
    }
}
