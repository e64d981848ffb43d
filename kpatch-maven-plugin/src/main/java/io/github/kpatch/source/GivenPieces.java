package io.github.kpatch.source;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the user gives of the kernel to be patched. Whatever is missing comes from the distribution.
 *
 * @param kit a kernel kit, which holds all of them
 * @param source kernel source: a folder, a tar archive in any compression, or a Debian package that holds one,
 *     or a source package of RPM
 * @param config the {@code .config} the kernel was built with
 * @param vmlinux the kernel's uncompressed ELF file, with symbols and debug information
 * @param symvers the kernel's {@code Module.symvers}
 * @param modulesDirectory folder with the kernel's modules, with FILE symbols where objects in modules are to be patched
 * @param bootImage the compressed image the kernel boots from
 * @param sha256 what the SHA-256 of {@code source} must be, if it is a file
 */
public record GivenPieces(
        Optional<GivenKit> kit,
        Optional<Path> source,
        Optional<Path> config,
        Optional<Path> vmlinux,
        Optional<Path> symvers,
        Optional<Path> modulesDirectory,
        Optional<Path> bootImage,
        Optional<String> sha256) {
    /** Nothing given: all comes from the distribution. */
    public static final GivenPieces NONE = new GivenPieces(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    /** Whether every piece that a module cannot be built without is given. */
    boolean isEnough() {
        return source.isPresent() && config.isPresent() && vmlinux.isPresent() && symvers.isPresent();
    }
}
