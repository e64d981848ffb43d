package io.github.kpatch.source;

import io.github.kpatch.host.Archives;
import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.BranchTargets;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.kernelimage.LinkedObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The target kernel's exports and symbols, read when first asked for and once: a vmlinux has 130,000 symbols, and all
 * objects of one parent are judged by the same table. May be asked from several threads.
 *
 * <p>The files were right when the kernel was got, maybe by another goal and long ago; a table with a wrong bit is another
 * table, and a patch made by it would hit another function. So whatever is read is held against its digest once more.
 */
public final class TargetFacts {
    private final TargetKernel target;
    private final FolderContents contents;
    private final ModuleSymvers symvers;
    private final Map<String, ParentSymbols> symbols = new ConcurrentHashMap<>();
    private final Map<KernelObject, BranchTargets> branchTargets = new ConcurrentHashMap<>();
    private final Map<String, Optional<LinkedObject>> linked = new ConcurrentHashMap<>();

    /**
     * @throws ProblemException KP218 when the cache does not hold the target's facts any more
     */
    public TargetFacts(TargetKernel target) {
        this.target = target;
        Path folder = target.facts();
        this.contents = FolderContents.noted(folder)
                .filter(noted -> noted.digest().equals(target.digest()))
                .orElseThrow(() -> damaged(folder));
        this.symvers = ModuleSymvers.parse(target.symvers().toString(), read(target.symvers()));
    }

    /** What the kernel and its modules export. */
    public ModuleSymvers symvers() {
        return symvers;
    }

    /**
     * The symbols of a kernel object; without FILE symbols where it is known as it is shipped.
     *
     * @param parent {@code vmlinux}, or a module's name with {@code _} for {@code -}
     * @throws ProblemException KP213 when nobody gave its symbols, KP218 when its table is damaged
     */
    public ParentSymbols symbols(String parent) {
        return symbols.computeIfAbsent(parent, this::readSymbols);
    }

    /**
     * A kernel object as it is shipped, by whose code symbols of one name are told apart.
     *
     * @param parent {@code vmlinux}, or a module's name with {@code _} for {@code -}
     * @return empty where its symbol table has FILE symbols, or nobody gave it
     * @throws ProblemException KP218 when it is damaged
     */
    public Optional<LinkedObject> linked(String parent) {
        return linked.computeIfAbsent(parent, this::readLinked);
    }

    private Optional<LinkedObject> readLinked(String parent) {
        Path file = TargetKernel.linkedObject(target.symbolTables(), KernelObject.named(parent));
        return holds(file)
                ? Optional.of(LinkedObject.read(parent, Archives.decompressed(file.toString(), read(file))))
                : Optional.empty();
    }

    private boolean holds(Path file) {
        return contents.files().containsKey(target.facts().relativize(file).toString());
    }

    private ParentSymbols readSymbols(String parent) {
        return linked(parent).map(LinkedObject::symbols).orElseGet(() -> readTable(parent));
    }

    private ParentSymbols readTable(String parent) {
        Path table = TargetKernel.symbolTable(target.symbolTables(), KernelObject.named(parent));
        if (!holds(table)) {
            throw ProblemException.input(new Problem(
                    ProblemCode.SYMBOLS_MISSING,
                    parent,
                    "The patch changes code of this module, and its symbols were not given.",
                    "Let modulesDirectory name a folder with the module's file, as built with debug information, or outOfTree's"
                            + " modules the file of an out-of-tree module."));
        }
        return ParentSymbols.ofText(parent, Archives.decompressed(table.toString(), read(table)));
    }

    /** Where a kernel object lets indirect branches land; empty where that is not known. */
    public Optional<BranchTargets> branchTargets(KernelObject parent) {
        Path file = TargetKernel.branchTargets(target.symbolTables(), parent);
        return contents.files().containsKey(target.facts().relativize(file).toString())
                ? Optional.of(
                        branchTargets.computeIfAbsent(parent, any -> BranchTargets.ofText(file.toString(), read(file))))
                : Optional.empty();
    }

    /** A damaged file goes, so that the next build that gets the kernel sees that one is missing and makes all anew. */
    private byte[] read(Path file) {
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw damaged(file);
        }
        if (!contents.holds(target.facts().relativize(file).toString(), content)) {
            Folders.delete(file);
            throw damaged(file);
        }
        return content;
    }

    static ProblemException damaged(Path file) {
        return ProblemException.input(
                ProblemCode.CACHE_DAMAGED, file.toString(), "The file in the cache is not what was put there.");
    }
}
