package io.github.kpatch.source.machine;

import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.Distribution;
import io.github.kpatch.source.DistributionPackage;
import io.github.kpatch.source.OfferedRelease;
import io.github.kpatch.source.PackageStore;
import io.github.kpatch.source.Piece;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Kernels as {@code make install} and {@code make modules_install} leave them: the boot image, which has symbols and type
 * information of what {@code /proc/kallsyms} and {@code /sys/kernel/btf/vmlinux} show of a kernel that runs, config and
 * modules; and the folder they were built in, by the links among the modules. No package manager is asked.
 */
public final class InstalledKernels implements Distribution, PackageStore {
    private final Path root;

    /** @param root the machine's root folder */
    public InstalledKernels(Path root) {
        this.root = root;
    }

    @Override
    public PackageStore packages() {
        return this;
    }

    @Override
    public KernelRelease defaultRelease() {
        List<KernelRelease> installed = installed();
        String running = System.getProperty("os.version", "");
        return installed.stream()
                .filter(release -> release.value().equals(running))
                .findFirst()
                .or(() -> installed.stream().max(Comparator.naturalOrder()))
                .orElseThrow(() -> ProblemException.input(new Problem(
                        ProblemCode.RELEASE_UNKNOWN,
                        root.resolve("lib/modules").toString(),
                        "No kernel is installed here with its modules and its boot image.",
                        "Build on the machine that the kernel is installed on, or give the pieces.")));
    }

    @Override
    public List<OfferedRelease> releases() {
        String running = System.getProperty("os.version", "");
        return installed().stream()
                .sorted(Comparator.reverseOrder())
                .map(release ->
                        new OfferedRelease(release, true, release.value().equals(running)))
                .sorted(Comparator.comparing((OfferedRelease release) -> !release.running()))
                .toList();
    }

    private List<KernelRelease> installed() {
        return Stream.of("lib/modules", "usr/lib/modules")
                .map(root::resolve)
                .filter(folder -> Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS))
                .flatMap(folder -> Folders.list(folder).stream())
                .map(folder -> folder.getFileName().toString())
                .filter(KernelRelease::isValid)
                .filter(name -> found(images(name)).isPresent())
                .distinct()
                .map(KernelRelease::new)
                .toList();
    }

    @Override
    public Build build(KernelRelease release) {
        return new InstalledBuild(release.value());
    }

    @Override
    public void read(DistributionPackage wanted, Consumer<Path> reading) {
        throw new IllegalStateException("nothing of an installed kernel is in a package");
    }

    @Override
    public void done(DistributionPackage wanted) {
        throw new IllegalStateException("nothing of an installed kernel is in a package");
    }

    private static List<String> images(String release) {
        return List.of(
                "boot/vmlinuz-" + release,
                "lib/modules/" + release + "/vmlinuz",
                "usr/lib/modules/" + release + "/vmlinuz");
    }

    private Optional<Path> found(List<String> paths) {
        return paths.stream().map(root::resolve).filter(Files::exists).findFirst();
    }

    /** One kernel of this machine. */
    private final class InstalledBuild implements Build {
        private final String release;

        InstalledBuild(String release) {
            this.release = release;
        }

        @Override
        public String version() {
            return release;
        }

        @Override
        public Piece earlyConfig() {
            return config();
        }

        @Override
        public Piece config() {
            return piece(
                    "kpatch.config",
                    "config",
                    List.of("boot/config-" + release, modulesPath("config"), modulesPath("build/.config")));
        }

        @Override
        public Piece bootImage() {
            return piece("kpatch.bootImage", "boot image", images(release));
        }

        @Override
        public Piece modules() {
            return piece(
                    "kpatch.modulesDirectory",
                    "folder of modules",
                    List.of("lib/modules/" + release, "usr/lib/modules/" + release));
        }

        @Override
        public Piece symvers() {
            return piece("kpatch.symvers", "Module.symvers", List.of(modulesPath("build/Module.symvers")));
        }

        @Override
        public Piece vmlinux() {
            return piece(
                    "kpatch.vmlinux",
                    "vmlinux with debug information",
                    List.of(
                            "usr/lib/debug/boot/vmlinux-" + release,
                            "usr/lib/debug/lib/modules/" + release + "/vmlinux",
                            modulesPath("build/vmlinux")));
        }

        @Override
        public Piece debugModules() {
            return piece(
                    "kpatch.modulesDirectory",
                    "folder of modules with debug information",
                    List.of("usr/lib/debug/lib/modules/" + release, "lib/modules/" + release));
        }

        @Override
        public Piece source() {
            return piece("kpatch.source", "source", List.of(modulesPath("source")));
        }

        private String modulesPath(String name) {
            return "lib/modules/" + release + "/" + name;
        }

        private Piece piece(String parameter, String what, List<String> paths) {
            return new Piece.OnDisk(found(paths)
                    .orElseThrow(() -> ProblemException.input(new Problem(
                            ProblemCode.INPUT_MISSING,
                            release,
                            "The " + what + " of this kernel is not on this machine: looked for "
                                    + String.join(
                                            ", ",
                                            paths.stream()
                                                    .map(path -> "/" + path)
                                                    .toList()) + ".",
                            "Give it by " + parameter + "."))));
        }
    }
}
