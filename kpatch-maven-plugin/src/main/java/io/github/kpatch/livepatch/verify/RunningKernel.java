package io.github.kpatch.livepatch.verify;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.kernel.TableSetup;
import io.github.kpatch.kernelimage.LinkedObject;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a module is held against of the kernel that is to load it.
 *
 * @param symbols the symbols of a kernel object; asked for the parents of the compiled units only
 * @param shipped the kernel object itself where its symbols do not say which source file a local one is of
 * @param symvers what the kernel and its modules export
 * @param structSizes how large the structures are that its tables about code consist of
 * @param tableSetup who acts on the tables about code of a live patch
 */
public record RunningKernel(
        Function<KernelObject, ParentSymbols> symbols,
        Function<KernelObject, Optional<LinkedObject>> shipped,
        ModuleSymvers symvers,
        StructSizes structSizes,
        TableSetup tableSetup) {}
