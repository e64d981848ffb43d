package io.github.kpatch.source;

import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.KernelRelease;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The built kernel that is to be patched, as far as a livepatch must know it. All files are in the cache and are never
 * changed.
 *
 * @param release what {@code uname -r} says on it
 * @param banner what it greets with: {@code Linux version …}
 * @param compilers the compilers that made it, as its {@code .comment} section names them; maybe none
 * @param config its {@code .config} as shipped
 * @param symvers its {@code Module.symvers} as shipped
 * @param symbolTables folder of symbol tables, FILE symbols included: {@code vmlinux.symtab.zst} and {@code
 *     <module>.symtab.zst} (module names with {@code _} for {@code -}), each zstd-compressed text in the form of {@code
 *     readelf --symbols --wide}; of a kernel known as it is shipped the objects themselves, {@code vmlinux.linked.zst} and
 *     {@code <module>.linked.zst}
 * @param structSizes sizes in bytes of the structures that special sections are made of, by the structure's name
 * @param vermagic what its modules say that a module must be built for; empty where none of them was at hand
 * @param bootImage its {@code vmlinuz}; empty where none was given
 * @param modules folder that holds the module files ({@code *.ko}, maybe compressed) as shipped; empty where none was
 *     given. Modules of a package are unpacked only when {@link LocatedKernel#modules} is asked: the folder may not be there
 *     before
 * @param digest identifies all the facts: no two kernels share it that differ in config, exports, symbols, sizes,
 *     identity or boot image; hexadecimal. Whatever is made for a kernel depends on it
 */
public record TargetKernel(
        KernelRelease release,
        String banner,
        List<String> compilers,
        Path config,
        Path symvers,
        Path symbolTables,
        Map<String, Integer> structSizes,
        Optional<String> vermagic,
        Optional<Path> bootImage,
        Optional<Path> modules,
        String digest) {
    /** How the name of the file ends that holds the symbol table of a kernel object. */
    static final String SYMBOL_TABLE = ".symtab.zst";

    /** How the name of the file ends that says where a kernel object lets indirect branches land. */
    static final String BRANCH_TARGETS = ".branch-targets";

    /** How the name of the file ends that holds a kernel object as shipped. */
    static final String LINKED = ".linked.zst";

    public TargetKernel {
        compilers = List.copyOf(compilers);
        structSizes = Collections.unmodifiableMap(new TreeMap<>(structSizes));
    }

    /** The folder of the cache that holds all files of the facts. */
    Path facts() {
        return symbolTables.getParent();
    }

    /** The file in a folder of symbol tables that holds the table of one kernel object. */
    static Path symbolTable(Path folder, KernelObject object) {
        return folder.resolve(object + SYMBOL_TABLE);
    }

    /** The file in a folder of symbol tables that says where one kernel object lets indirect branches land, if it says so. */
    static Path branchTargets(Path folder, KernelObject object) {
        return folder.resolve(object + BRANCH_TARGETS);
    }

    /** The file in a folder of symbol tables that holds one kernel object as shipped. */
    static Path linkedObject(Path folder, KernelObject object) {
        return folder.resolve(object + LINKED);
    }
}
