package io.github.kpatch.source;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.host.Command;
import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.TemporaryFolder;
import io.github.kpatch.host.Tools;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.kernel.KernelIdentity;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The compiler that builds the objects, which must be the one that built the kernel: another one inlines other
 * functions and lays out other code, and the comparison with the running kernel is then worth nothing.
 *
 * @param command what make is told as {@code CC}
 * @param program the file behind it
 * @param version first line of its {@code --version}
 * @param comment what it writes into the {@code .comment} section of its objects
 */
public record Compiler(String command, Path program, String version, String comment) {
    /** The option in which kbuild notes the compiler's own version line. */
    private static final String VERSION_TEXT = "CONFIG_CC_VERSION_TEXT";

    /** The compiler's name by the config, such as {@code gcc-12}: {@code gcc} may be another one. */
    public static String nameIn(KernelConfig config) {
        return config.text(VERSION_TEXT)
                .map(text -> text.split(" ", 2)[0])
                .filter(name -> !name.isEmpty())
                .orElse("gcc");
    }

    /** Asks a program who it is and what it writes into objects; remembered until the program changes. */
    static Compiler examine(String command, Path program, Tools tools, CommandRunner runner, FileMemo memo) {
        String comment = memo.recall("compiler comment", List.of(program), () -> commentOf(program, runner));
        return new Compiler(command, program, tools.version(program), comment);
    }

    private static String commentOf(Path program, CommandRunner runner) {
        try (TemporaryFolder temporary = TemporaryFolder.make()) {
            Path folder = temporary.path();
            Folders.write(folder.resolve("empty.c"), "int empty;\n");
            CommandResult result = runner.run(Command.of(folder, program.toString(), "-c", "empty.c", "-o", "empty.o"));
            if (!result.succeeded()) {
                throw ProblemException.input(
                        ProblemCode.TOOL_FAILED,
                        program.toString(),
                        "It cannot compile a single variable: " + String.join(" / ", result.output()) + ".");
            }
            return Folders.doing(folder, () -> {
                try (ByteSource object = ByteSource.open(folder.resolve("empty.o"))) {
                    return String.join("; ", KernelIdentity.compilers(ElfFile.open(object)));
                }
            });
        }
    }

    /** Refuses a compiler that did not build the kernel. */
    void checkBuilt(TargetKernel target, KernelConfig config) {
        Optional<String> configured = config.text(VERSION_TEXT);
        boolean same = target.compilers().isEmpty()
                ? configured.isEmpty() || withoutName(configured.get()).equals(withoutName(version))
                : target.compilers().contains(comment);
        if (!same) {
            String builder = target.compilers().isEmpty()
                    ? configured.orElse("another compiler")
                    : String.join(", ", target.compilers());
            throw ProblemException.input(new Problem(
                    ProblemCode.COMPILER_MISMATCH,
                    command,
                    "The kernel " + target.release() + " was built by '" + builder + "', this compiler is '" + comment
                            + "'.",
                    "Install the compiler that built the kernel ("
                            + configured.orElse(builder)
                            + ") and, if it has another name, set kpatch.compiler to it."));
        }
    }

    /** Kbuild's version line begins with the name the compiler was called by. */
    private static String withoutName(String versionLine) {
        int space = versionLine.indexOf(' ');
        return space < 0 ? versionLine : versionLine.substring(space + 1);
    }
}
