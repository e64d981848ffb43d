package io.github.kpatch.source;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.host.Archives;
import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.ModuleInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The modules that were built with the target kernel: any of them says what the kernel asks of a module. */
public final class ShippedModules {
    private static final Pattern MODULE = Pattern.compile(".*\\.ko(\\.(gz|xz|zst))?");
    private static final int LONGEST_MODULE = 1 << 28;

    private ShippedModules() {}

    /** The {@code vermagic} of the target's modules, where one of them is at hand. */
    public static Optional<String> vermagic(TargetKernel target) {
        return target.modules()
                .filter(Files::isDirectory)
                .flatMap(folder -> Folders.doing(folder, () -> {
                    try (Stream<Path> files = Files.walk(folder)) {
                        return files.filter(file -> MODULE.matcher(
                                                file.getFileName().toString())
                                        .matches())
                                .findFirst();
                    }
                }))
                .flatMap(ShippedModules::vermagicOf);
    }

    private static Optional<String> vermagicOf(Path module) {
        byte[] content = Folders.doing(
                module, () -> Archives.decompressed(module.toString(), Files.readAllBytes(module), LONGEST_MODULE));
        return ModuleInfo.of(ElfFile.open(ByteSource.of(module.toString(), content)))
                .vermagic();
    }
}
