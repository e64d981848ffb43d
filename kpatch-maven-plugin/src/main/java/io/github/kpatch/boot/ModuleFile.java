package io.github.kpatch.boot;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.host.Archives;
import io.github.kpatch.kernel.ModuleInfo;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kernel module as distributions ship it: plain or compressed whole. Its name is that of its file with {@code _} for
 * {@code -}, the rule by which kbuild, modprobe and the kernel agree on one name.
 *
 * @param path the file
 */
record ModuleFile(Path path) {
    private static final Pattern FILE_NAME = Pattern.compile("([^/]+)\\.ko(\\.xz|\\.zst|\\.gz)?");
    private static final int LARGEST_MODULE = 1 << 28;

    /** Whether {@code path} has a module's file name. */
    static boolean isModule(Path path) {
        return FILE_NAME.matcher(path.getFileName().toString()).matches();
    }

    /** The module's name as the kernel sees it. */
    String name() {
        Matcher matcher = FILE_NAME.matcher(path.getFileName().toString());
        if (!matcher.matches()) {
            throw new IllegalStateException(path + " is not named like a module");
        }
        return ModuleInfo.folded(matcher.group(1));
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
        return Archives.decompressed(path.toString(), Files.readAllBytes(path), LARGEST_MODULE);
    }

    /**
     * What {@code modinfo} would print.
     *
     * @throws ProblemException when it is no kernel module
     */
    ModuleInfo info() throws IOException {
        try (ByteSource source = isCompressed() ? ByteSource.of(path.toString(), bytes()) : ByteSource.open(path)) {
            return ModuleInfo.of(ElfFile.open(source));
        }
    }
}
