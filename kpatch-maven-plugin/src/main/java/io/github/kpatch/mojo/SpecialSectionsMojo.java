package io.github.kpatch.mojo;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.stages.ReadStructSizes;
import java.util.Optional;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Tells the sizes of the structures that the kernel's tables about code consist of ({@code alt_instr}, {@code bug_entry},
 * {@code jump_entry}, …), as the type information of its vmlinux has them. Outside a patch project it reads them from
 * any file named by {@code kpatch.vmlinux}.
 */
@Mojo(
        name = "special-sections",
        defaultPhase = LifecyclePhase.GENERATE_RESOURCES,
        requiresProject = false,
        threadSafe = true)
public final class SpecialSectionsMojo extends AbstractStageMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.special-sections.skip", defaultValue = "false")
    private boolean skipGoal;

    /**
     * {@code btf} or {@code dwarf}: reads the sizes anew, and from nothing else. By default they come from BTF where
     * vmlinux has it, else from DWARF.
     */
    @Parameter(property = "kpatch.structSizesFrom")
    private String structSizesFrom;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    void run(ProjectKernel kernel) {
        if (structSizesFrom == null && project().getPackaging().equals("kpatch")) {
            kernel.goals().specialSections();
            return;
        }
        ReadStructSizes.of(
                kernel.wanted()
                        .vmlinux()
                        .orElseThrow(() -> ProblemException.input(
                                ProblemCode.PARAMETER_INVALID,
                                "kpatch.vmlinux",
                                "Outside a patch project the file to read must be named.")),
                Optional.ofNullable(structSizesFrom),
                kernel.context().console());
    }
}
