package io.github.kpatch.diff;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.kernel.BranchTargets;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.kernel.TableSetup;
import io.github.kpatch.kernelimage.LinkedObject;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the comparison has to know of the running kernel.
 *
 * @param parent the kernel object that contains the compiled file
 * @param symbols that object's symbols, FILE symbols included unless {@code linked} is given
 * @param linked that object as shipped; empty where the FILE symbols say which source file a symbol is of
 * @param symvers what the kernel and its modules export
 * @param structSizes how large the kernel's structures are that its tables about code consist of
 * @param tableSetup who acts on the tables about code of a live patch
 * @param branchTargets where the parent lets indirect branches land; empty where that is not known
 */
public record DiffTarget(
        KernelObject parent,
        ParentSymbols symbols,
        Optional<LinkedObject> linked,
        ModuleSymvers symvers,
        StructSizes structSizes,
        TableSetup tableSetup,
        Optional<BranchTargets> branchTargets) {
    public DiffTarget {
        Objects.requireNonNull(parent);
        Objects.requireNonNull(symbols);
        Objects.requireNonNull(linked);
        Objects.requireNonNull(symvers);
        Objects.requireNonNull(structSizes);
        Objects.requireNonNull(tableSetup);
        Objects.requireNonNull(branchTargets);
    }

    /** A target whose table has FILE symbols. */
    public DiffTarget(
            KernelObject parent,
            ParentSymbols symbols,
            ModuleSymvers symvers,
            StructSizes structSizes,
            TableSetup tableSetup,
            Optional<BranchTargets> branchTargets) {
        this(parent, symbols, Optional.empty(), symvers, structSizes, tableSetup, branchTargets);
    }

    /** A target that is known as it is shipped. */
    public DiffTarget(
            KernelObject parent,
            LinkedObject linked,
            ModuleSymvers symvers,
            StructSizes structSizes,
            TableSetup tableSetup,
            Optional<BranchTargets> branchTargets) {
        this(parent, linked.symbols(), Optional.of(linked), symvers, structSizes, tableSetup, branchTargets);
    }

    /** The size in bytes of the kernel's structure of that name, if it is known. */
    OptionalInt sizeOf(String structure) {
        return structSizes.get(structure);
    }
}
