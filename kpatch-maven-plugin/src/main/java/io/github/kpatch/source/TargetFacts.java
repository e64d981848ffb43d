package io.github.kpatch.source;

import io.github.kpatch.host.Archives;
import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The target kernel's exports and symbols, read when first asked for and once: a vmlinux has 130,000 symbols, and all
 * objects of one parent are judged by the same table. May be asked from several threads.
 */
public final class TargetFacts {
    private static final int LONGEST_TABLE = 1 << 28;

    private final TargetKernel target;
    private final Map<String, ParentSymbols> symbols = new ConcurrentHashMap<>();
    private final ModuleSymvers symvers;

    public TargetFacts(TargetKernel target) {
        this.target = target;
        this.symvers = Folders.doing(
                target.symvers(),
                () -> ModuleSymvers.parse(target.symvers().toString(), Files.readAllBytes(target.symvers())));
    }

    /** What the kernel and its modules export. */
    public ModuleSymvers symvers() {
        return symvers;
    }

    /**
     * The symbols of a kernel object.
     *
     * @param parent {@code vmlinux}, or a module's name with {@code _} for {@code -}
     * @throws ProblemException KP213 when nobody gave its symbols
     */
    public ParentSymbols symbols(String parent) {
        return symbols.computeIfAbsent(parent, this::read);
    }

    private ParentSymbols read(String parent) {
        Path table = target.symbolTables().resolve(parent + ".symtab.zst");
        if (!Files.isRegularFile(table)) {
            throw ProblemException.input(new Problem(
                    ProblemCode.SYMBOLS_MISSING,
                    parent,
                    "The patch changes code of this module, and its symbols were not given.",
                    "Let modulesDirectory name a folder with the module's file, as built with debug information."));
        }
        byte[] text = Folders.doing(
                table, () -> Archives.decompressed(table.toString(), Files.readAllBytes(table), LONGEST_TABLE));
        return ParentSymbols.ofText(parent, text);
    }
}
