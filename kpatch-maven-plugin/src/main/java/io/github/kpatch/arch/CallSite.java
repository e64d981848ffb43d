package io.github.kpatch.arch;

import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import java.util.List;

/**
 * The place in a function that ftrace redirects.
 *
 * @param offset of the call in the function's section, in bytes
 * @param code the function's section as the kernel expects it at load
 * @param relocations of that section, likewise
 */
public record CallSite(long offset, Section code, List<Relocation> relocations) {
    public CallSite {
        relocations = List.copyOf(relocations);
    }
}
