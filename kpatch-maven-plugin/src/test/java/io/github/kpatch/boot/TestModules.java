package io.github.kpatch.boot;

import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes files that look like kernel modules to everything that reads {@code .modinfo}. */
final class TestModules {
    private TestModules() {}

    /**
     * Compiles a module into {@code target}.
     *
     * @param info the {@code tag=value} strings
     */
    static Path module(Path target, String... info) throws IOException {
        Files.createDirectories(target.getParent());
        Path folder = Files.createTempDirectory(target.getParent(), "module");
        String source = Stream.of(info)
                .map(text -> ".asciz \\\"" + text + "\\\"\\n")
                .collect(Collectors.joining("", "asm(\".section .modinfo,\\\"a\\\"\\n", "\");\n"));
        Path object = NativeTools.compile(folder, "module", source);
        Files.move(object, target);
        Files.delete(folder.resolve("module.c"));
        Files.delete(folder);
        return target;
    }
}
