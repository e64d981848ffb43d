package io.github.kpatch.stages;

import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.DebugPackage;
import io.github.kpatch.source.GivenKit;
import io.github.kpatch.source.GivenPieces;
import io.github.kpatch.source.KernelRequest;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which kernel a user wants to patch, in the user's own words. What neither is given nor in a kit comes from the distribution's packages.
 *
 * @param release what {@code uname -r} prints on it
 * @param kit a kernel kit that holds all of it
 * @param source its source: a folder, an archive or a package
 * @param config the config it was built with
 * @param vmlinux its ELF file with debug information
 * @param symvers its {@code Module.symvers}
 * @param modulesDirectory folder with its modules
 * @param bootImage the compressed image it boots from
 * @param sha256 what the SHA-256 of the source's file must be
 * @param compiler the compiler, a name on the {@code PATH} or a path, instead of the one that the config names
 * @param debugPackage whether the distribution's debug package is used: {@code auto} where what is shipped cannot decide,
 *     {@code always} or {@code never}
 * @param offline whether no package manager may be called
 * @param debugInfo whether objects keep their debug information
 * @param outOfTree modules outside of the tree, where these are patched
 */
public record WantedKernel(
        Optional<String> release,
        Optional<WantedKit> kit,
        Optional<Path> source,
        Optional<Path> config,
        Optional<Path> vmlinux,
        Optional<Path> symvers,
        Optional<Path> modulesDirectory,
        Optional<Path> bootImage,
        Optional<String> sha256,
        Optional<String> compiler,
        String debugPackage,
        boolean offline,
        boolean debugInfo,
        WantedModules outOfTree) {

    /** The same kernel, of that release where the user names none. */
    WantedKernel orRelease(String usual) {
        return new WantedKernel(
                release.or(() -> Optional.of(usual)),
                kit,
                source,
                config,
                vmlinux,
                symvers,
                modulesDirectory,
                bootImage,
                sha256,
                compiler,
                debugPackage,
                offline,
                debugInfo,
                outOfTree);
    }

    /**
     * The request for it.
     *
     * @param jobs how many processes make may run at once
     * @throws ProblemException KP201 when the release is no name of a kernel release, KP106 when {@code debugPackage} is
     *     none of the three
     */
    KernelRequest request(int jobs) {
        return new KernelRequest(
                release.map(WantedKernel::checked),
                new GivenPieces(
                        kit.map(named -> new GivenKit(named.coordinates(), named.files()::apply)),
                        source,
                        config,
                        vmlinux,
                        symvers,
                        modulesDirectory,
                        bootImage,
                        sha256),
                compiler,
                checkedDebugPackage(),
                offline,
                jobs,
                debugInfo);
    }

    private DebugPackage checkedDebugPackage() {
        return switch (debugPackage) {
            case "auto" -> DebugPackage.AUTO;
            case "always" -> DebugPackage.ALWAYS;
            case "never" -> DebugPackage.NEVER;
            default ->
                throw ProblemException.input(
                        ProblemCode.PARAMETER_INVALID,
                        "kpatch.debugPackage",
                        "'" + debugPackage + "' is none of auto, always and never.");
        };
    }

    private static KernelRelease checked(String release) {
        if (!KernelRelease.isValid(release)) {
            throw ProblemException.input(
                    ProblemCode.RELEASE_UNKNOWN, release, "This is not the name of a kernel release.");
        }
        return new KernelRelease(release);
    }
}
