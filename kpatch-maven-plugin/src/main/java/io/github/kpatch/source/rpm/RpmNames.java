package io.github.kpatch.source.rpm;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the packages of a distribution's kernels are called, and where in them the pieces lie. In releases and paths
 * {@code {version}}, {@code {release}} and {@code {arch}} stand for what the image package says, {@code {base}} for its release
 * without the number at its end that counts rebuilds, and in paths {@code {uname}} for the kernel's release. Of several
 * paths the first that is there holds.
 *
 * @param kernels the kernels that are built side by side, the usual one first
 * @param bootImage in the image package
 * @param config in the image package
 * @param modules folder in the packages of image and modules
 * @param symvers in the development package
 * @param earlyConfig in the development package
 * @param vmlinux in the debug package
 * @param debugModules folder in the debug package
 * @param source where the patched source lies; empty where it is in the source package that the image was built from
 */
public record RpmNames(
        List<Kernel> kernels,
        List<String> bootImage,
        List<String> config,
        List<String> modules,
        List<String> symvers,
        List<String> earlyConfig,
        List<String> vmlinux,
        List<String> debugModules,
        Optional<Source> source) {
    /**
     * The packages of one kernel, all of one version.
     *
     * @param release what {@code uname -r} says
     * @param image package of the boot image
     * @param modules packages of further modules, as far as they exist
     * @param development package of what modules are built by
     * @param debug package of what debuggers read
     */
    public record Kernel(String release, String image, List<String> modules, String development, String debug) {}

    /**
     * Patched source in packages that are installed rather than built.
     *
     * @param packages all of them
     * @param folder the tree in each
     */
    public record Source(List<String> packages, String folder) {}

    /** The same with no component that is missing in the table. */
    public RpmNames {
        source = source == null ? Optional.empty() : source;
    }

    /** What the names lack to be of use, as a sentence. */
    public Optional<String> missing() {
        boolean complete = Stream.of(kernels, bootImage, config, modules, symvers, earlyConfig, vmlinux, debugModules)
                        .noneMatch(list -> list == null || list.isEmpty())
                && kernels.stream()
                        .flatMap(kernel -> Stream.of(
                                kernel.release(),
                                kernel.image(),
                                kernel.modules(),
                                kernel.development(),
                                kernel.debug()))
                        .noneMatch(Objects::isNull);
        return complete ? Optional.empty() : Optional.of("something is missing that those of other families have.");
    }
}
