package io.github.kpatch.livepatch.verify;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.kernel.TableSetup;
import java.util.function.Function;

/**
 * What a module is held against of the kernel that is to load it.
 *
 * @param symbols the symbols of a kernel object; asked for the parents of the compiled units only
 * @param symvers what the kernel and its modules export
 * @param structSizes how large the structures are that its tables about code consist of
 * @param tableSetup who acts on the tables about code of a live patch
 */
public record RunningKernel(
        Function<KernelObject, ParentSymbols> symbols,
        ModuleSymvers symvers,
        StructSizes structSizes,
        TableSetup tableSetup) {}
