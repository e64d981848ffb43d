package io.github.kpatch.source;

import java.nio.file.Path;
import java.util.List;

/**
 * Modules that were built outside of the kernel's tree, against its headers, as a user gives them; the kernel's
 * documentation of kbuild calls them external modules.
 *
 * @param source the folder that make was given as {@code M}: it holds the {@code Kbuild} or {@code Makefile}
 * @param modules the built files ({@code .ko}, maybe compressed): those that are patched, and others they need
 * @param symvers {@code Module.symvers} of these modules, as builds of them left it, besides the one in {@code source}
 */
public record OutOfTreeModules(Path source, List<Path> modules, List<Path> symvers) {
    public OutOfTreeModules {
        modules = List.copyOf(modules);
        symvers = List.copyOf(symvers);
    }
}
