package io.github.kpatch.kbuild;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.KernelIdentity;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.source.Compiler;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A launcher may have a compiler of another machine compile, or one of its own choice. Each object says which one did, and
 * it must be the one that built the kernel.
 */
public final class CheckCompiler {
    private CheckCompiler() {}

    /**
     * Looks at an object.
     *
     * @param object its name
     * @return KP102 when another compiler made it; an object that names none, as of assembly, is as good as any
     */
    public static Optional<Problem> of(String object, Path file, Compiler compiler, CompilerLauncher launcher) {
        List<String> made = Folders.doing(file, () -> {
            try (ByteSource content = ByteSource.open(file)) {
                return KernelIdentity.compilers(ElfFile.open(content));
            }
        });
        String comment = String.join("; ", made);
        return made.isEmpty() || comment.equals(compiler.comment())
                ? Optional.empty()
                : Optional.of(new Problem(
                        ProblemCode.COMPILER_MISMATCH,
                        object,
                        "It was compiled by '" + comment + "', and not by '" + compiler.comment() + "'.",
                        "Let " + launcher.command()
                                + " use that compiler, on every machine, and empty its cache if it has" + " one."));
    }
}
