package io.github.kpatch.diff;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.kernel.BranchTargets;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.kernel.TableSetup;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the comparison has to know of the running kernel.
 *
 * @param parent the kernel object that contains the compiled file
 * @param symbols that object's symbols, FILE symbols included
 * @param symvers what the kernel and its modules export
 * @param structSizes how large the kernel's structures are that its tables about code consist of
 * @param tableSetup who acts on the tables about code of a live patch
 * @param branchTargets where the parent lets indirect branches land; empty where that is not known
 */
public record DiffTarget(
        KernelObject parent,
        ParentSymbols symbols,
        ModuleSymvers symvers,
        StructSizes structSizes,
        TableSetup tableSetup,
        Optional<BranchTargets> branchTargets) {
    public DiffTarget {
        Objects.requireNonNull(parent);
        Objects.requireNonNull(symbols);
        Objects.requireNonNull(symvers);
        Objects.requireNonNull(structSizes);
        Objects.requireNonNull(tableSetup);
        Objects.requireNonNull(branchTargets);
    }

    /** The size in bytes of the kernel's structure of that name, if it is known. */
    OptionalInt sizeOf(String structure) {
        return structSizes.get(structure);
    }
}
