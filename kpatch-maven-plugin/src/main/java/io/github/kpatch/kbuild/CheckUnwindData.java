package io.github.kpatch.kbuild;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * In kernels that unwind by ORC, objtool must have been at every object. A function without unwind data makes the stack of
 * each task that sleeps in it unreliable, and such a task holds up the removal of the patch for ever. Nothing else would
 * tell: the module loads and works. Some files are exempt in the kernel's own build ({@code OBJECT_FILES_NON_STANDARD});
 * others would be if kbuild's rules changed.
 */
public final class CheckUnwindData {
    private static final String UNWIND_TABLE = ".orc_unwind_ip";

    /** Code that runs in no function's place of its own. */
    private static final Set<String> WITHOUT_UNWIND_DATA = Set.of(".altinstr_replacement", ".altinstr_aux");

    private CheckUnwindData() {}

    /** What is wrong with a compiled object; empty where it may be patched. */
    public static List<Problem> of(String object, Path file, KernelConfig config) {
        boolean wanted = config.isEnabled("CONFIG_OBJTOOL") && config.isEnabled("CONFIG_UNWINDER_ORC");
        if (!wanted) {
            return List.of();
        }
        ElfObject elf = ElfReader.read(object, Folders.doing(file, () -> Files.readAllBytes(file)));
        boolean code = elf.sections().stream().anyMatch(CheckUnwindData::needsUnwindData);
        return code && elf.sectionNamed(UNWIND_TABLE).isEmpty()
                ? List.of(Problem.of(
                        ProblemCode.OBJECT_NOT_PROCESSED,
                        object,
                        "The kernel unwinds by ORC, and the object has code and no " + UNWIND_TABLE + "."))
                : List.of();
    }

    private static boolean needsUnwindData(Section section) {
        return section.has(SectionFlags.EXECINSTR)
                && section.data().size() > 0
                && !WITHOUT_UNWIND_DATA.contains(section.name())
                && !section.name().startsWith(".discard");
    }
}
