package io.github.kpatch.diff;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.kernel.TableSetup;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * What the comparison has to know of the running kernel.
 *
 * @param parentName the kernel object that contains the compiled file: {@code vmlinux}, or a module's name with {@code
 *     _} for {@code -}
 * @param symbols that object's symbols, FILE symbols included
 * @param symvers what the kernel and its modules export
 * @param structSizes how large the kernel's structures are that its tables about code consist of
 * @param tableSetup who acts on the tables about code of a live patch
 */
public record DiffTarget(
        String parentName,
        ParentSymbols symbols,
        ModuleSymvers symvers,
        StructSizes structSizes,
        TableSetup tableSetup) {
    /** The name of the kernel object that is not a module. */
    public static final String VMLINUX = "vmlinux";

    public DiffTarget {
        Objects.requireNonNull(parentName);
        Objects.requireNonNull(symbols);
        Objects.requireNonNull(symvers);
        Objects.requireNonNull(structSizes);
        Objects.requireNonNull(tableSetup);
    }

    /** The size in bytes of the kernel's structure of that name, if it is known. */
    OptionalInt sizeOf(String structure) {
        return structSizes.get(structure);
    }

    /** Whether the compiled file belongs to a module. */
    public boolean parentIsModule() {
        return !parentName.equals(VMLINUX);
    }
}
