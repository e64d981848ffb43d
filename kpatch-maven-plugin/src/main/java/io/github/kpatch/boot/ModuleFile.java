package io.github.kpatch.boot;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.host.Archives;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleInfo;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A kernel module as distributions ship it: plain or compressed whole.
 *
 * @param path the file
 * @param module the module it holds, by the file's name
 */
record ModuleFile(Path path, KernelObject module) {

    /** The module in a file of that name; empty where its name is no module's. */
    static Optional<ModuleFile> of(Path path) {
        return KernelObject.ofModuleFile(path.getFileName().toString()).map(module -> new ModuleFile(path, module));
    }

    /**
     * {@code e_machine} of its code.
     *
     * @throws ProblemException when it is no ELF file
     */
    int machine() throws IOException {
        try (ByteSource source = source()) {
            return ElfFile.open(source).header().machine();
        }
    }

    private ByteSource source() throws IOException {
        return isCompressed() ? ByteSource.of(path.toString(), bytes()) : ByteSource.open(path);
    }

    private boolean isCompressed() {
        return !path.getFileName().toString().endsWith(".ko");
    }

    /**
     * The module itself, unpacked.
     *
     * @throws ProblemException with {@link ProblemCode#ARCHIVE_DAMAGED} when it cannot be unpacked
     */
    byte[] bytes() throws IOException {
        return Archives.decompressed(path.toString(), Files.readAllBytes(path));
    }

    /**
     * What {@code modinfo} would print.
     *
     * @throws ProblemException when it is no kernel module
     */
    ModuleInfo info() throws IOException {
        try (ByteSource source = source()) {
            return ModuleInfo.of(ElfFile.open(source));
        }
    }
}
