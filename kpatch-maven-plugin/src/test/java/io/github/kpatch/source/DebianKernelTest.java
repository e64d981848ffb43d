package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.TestArchives;
import io.github.kpatch.host.Tools;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernels from Debian's packages, with a package manager that answers from files. */
class DebianKernelTest {
    private static final String RELEASE = ToyKernel.RELEASE;
    private static final String VERSION = "6.1.10-2";

    @TempDir
    Path folder;

    private final List<String> started = new ArrayList<>();
    private ToyKernel toy;
    private Path programs;
    private Path archive;
    private Path root;

    @BeforeEach
    void makeDistribution() throws IOException {
        toy = new ToyKernel(folder);
        programs = Files.createDirectories(folder.resolve("programs"));
        archive = Files.createDirectories(folder.resolve("archive"));
        root = Files.createDirectories(folder.resolve("root"));
        Files.createDirectories(root.resolve("var/lib/dpkg"));
        Files.createDirectories(root.resolve("var/lib/apt/lists"));
        // apt-cache [option] show|search NAME: what is in the file SHOW-NAME or in the file SEARCH.
        program("apt-cache", """
                for last; do :; done
                case "$*" in
                  *search*) cat ARCHIVE/search 2>/dev/null;;
                  *) cat "ARCHIVE/show-$last" 2>/dev/null || { echo "E: No packages found"; exit 100; };;
                esac
                """);
        program("apt-get", """
                [ "$1" = download ] || exit 9
                name=${2%%=*}; version=${2#*=}
                cp "ARCHIVE/${name}_${version}_amd64.deb" . || { echo "E: Failed to fetch"; exit 100; }
                """);
        publish(imagePackage(), "linux-image-" + RELEASE, "");
        publish(debugPackage(), "linux-image-" + RELEASE + "-dbg", "");
        publish(headersPackage(), "linux-headers-" + RELEASE, "");
        publish(
                toy.sourcePackage(archive.resolve("linux-source-6.1_" + VERSION + "_amd64.deb"), VERSION),
                "linux-source-6.1",
                "");
        Files.writeString(
                archive.resolve("show-linux-image-amd64"),
                "Package: linux-image-amd64\nVersion: 6.1.10-2\nDepends: linux-image-" + RELEASE + " (= 6.1.10-2)\n");
        Files.writeString(archive.resolve("search"), """
                linux-image-%s - Linux 6.1 for 64-bit PCs (signed)
                linux-image-%s-dbg - Debug symbols
                linux-image-%s-unsigned - Linux 6.1
                linux-image-6.1.0-12-amd64 - Linux 6.1 for 64-bit PCs (signed)
                linux-image-6.1.0-7-rt-amd64 - Linux 6.1, PREEMPT_RT
                linux-image-6.12-amd64 - Linux for 64-bit PCs (meta-package)
                """.formatted(RELEASE, RELEASE, RELEASE));
    }

    private void program(String name, String script) throws IOException {
        Path file = programs.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + script.replace("ARCHIVE", archive.toString()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void publish(Path file, String name, String more) throws IOException {
        Files.writeString(
                archive.resolve("show-" + name),
                "Package: " + name + "\nVersion: " + VERSION + "\nSize: " + Files.size(file) + "\nSHA256: "
                        + Digests.of(file) + "\nDescription: x\n y: z\n" + more);
    }

    private Path deb(String name, TestArchives content) {
        return content.writeDebianPackage(archive.resolve(name + "_" + VERSION + "_amd64.deb"), name, VERSION);
    }

    private Path imagePackage() throws IOException {
        return deb(
                "linux-image-" + RELEASE,
                new TestArchives()
                        .file("./boot/config-" + RELEASE, Files.readAllBytes(toy.configFile()), 0100644)
                        .file("./boot/vmlinuz-" + RELEASE, "image")
                        .file("./lib/modules/" + RELEASE + "/kernel/fs/my-module.ko", "stripped"));
    }

    private Path debugPackage() throws IOException {
        Path module = toy.modules().resolve("kernel/fs/my-module.ko");
        return deb(
                "linux-image-" + RELEASE + "-dbg",
                new TestArchives()
                        .file("./usr/lib/debug/boot/vmlinux-" + RELEASE, Files.readAllBytes(toy.vmlinux()), 0100755)
                        .file(
                                "./usr/lib/debug/lib/modules/" + RELEASE + "/kernel/fs/my-module.ko",
                                Files.readAllBytes(module),
                                0100644));
    }

    private Path headersPackage() throws IOException {
        return deb(
                "linux-headers-" + RELEASE,
                new TestArchives()
                        .link("./lib/modules/" + RELEASE + "/build", "/usr/src/linux-headers-" + RELEASE)
                        .file(
                                "./usr/src/linux-headers-" + RELEASE + "/Module.symvers",
                                Files.readAllBytes(toy.symvers()),
                                0100644));
    }

    private KernelCache cache() {
        return new KernelCache(folder.resolve("cache"), line -> {});
    }

    private Kernels kernels() {
        CommandRunner runner = new CommandRunner(started::add);
        Tools tools = new Tools(runner, cache().memo(), programs.toString());
        return new Kernels(cache(), runner, Progress.NONE, tools, root);
    }

    private static KernelRequest request(Optional<String> release, boolean offline) {
        return new KernelRequest(
                release.map(KernelRelease::new), GivenPieces.NONE, Optional.empty(), offline, 1, false);
    }

    private List<String> downloads() {
        return started.stream()
                .filter(line -> line.contains("apt-get"))
                .map(line -> line.substring(line.indexOf("download")))
                .toList();
    }

    @Test
    void theDefaultReleaseIsFetchedAndPrepared() throws IOException {
        PreparedKernel kernel = kernels().prepare(request(Optional.empty(), false));

        assertThat(kernel.target().release().value()).isEqualTo(RELEASE);
        assertThat(kernel.target().bootImage().orElseThrow()).hasContent("image");
        assertThat(kernel.target().config()).hasSameBinaryContentAs(toy.configFile());
        assertThat(kernel.target().symbolTables().resolve("my_module.symtab.zst"))
                .exists();
        assertThat(kernel.tree().resolve("kernel/a.c")).hasContent("int a;\n");
        assertThat(kernel.lock().sourceVersion()).isEqualTo(VERSION);
        assertThat(downloads())
                .containsExactlyInAnyOrder(
                        "download linux-image-" + RELEASE + "=" + VERSION,
                        "download linux-headers-" + RELEASE + "=" + VERSION,
                        "download linux-image-" + RELEASE + "-dbg=" + VERSION,
                        "download linux-source-6.1=" + VERSION);
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .noneMatch(
                            name -> name.startsWith("vmlinux") && !name.endsWith(".zst") && !name.startsWith("vmlinuz"))
                    .noneMatch(name -> name.contains("-dbg_"))
                    .noneMatch(name -> name.endsWith(".partial"));
        }
    }

    @Test
    void aSecondCallStartsNoProcessOnlineOrOffline() {
        PreparedKernel first = kernels().prepare(request(Optional.empty(), false));
        started.clear();

        assertThat(kernels().prepare(request(Optional.empty(), false))).isEqualTo(first);
        assertThat(kernels().prepare(request(Optional.empty(), true))).isEqualTo(first);
        assertThat(kernels().prepare(request(Optional.of(RELEASE), true))).isEqualTo(first);
        assertThat(started).isEmpty();
    }

    @Test
    void debianAndGivenPiecesPrepareTheSameTree() {
        PreparedKernel debian = kernels().prepare(request(Optional.of(RELEASE), false));
        PreparedKernel given = kernels()
                .prepare(new KernelRequest(
                        Optional.empty(),
                        toy.pieces(toy.sourcePackage(folder.resolve("given.deb"), VERSION)),
                        Optional.empty(),
                        false,
                        1,
                        false));

        assertThat(given.digest()).isEqualTo(debian.digest());
        assertThat(given.lock()).isEqualTo(debian.lock());
    }

    @Test
    void shippedModulesAreUnpackedWhenAskedFor() {
        KernelRequest request = request(Optional.of(RELEASE), false);
        TargetKernel target = kernels().target(request);
        assertThat(target.modules().orElseThrow()).doesNotExist();

        Path modules = kernels().modules(request).orElseThrow();

        assertThat(modules).isEqualTo(target.modules().orElseThrow());
        assertThat(modules.resolve("kernel/fs/my-module.ko")).hasContent("stripped");
    }

    @Test
    void anUnknownReleaseListsThoseThereAre() {
        assertThatThrownBy(() -> kernels().target(request(Optional.of("6.1.0-99-amd64"), false)))
                .hasMessageContaining("KP201 6.1.0-99-amd64")
                .hasMessageContaining("6.1.0-12-amd64, 6.1.0-7-rt-amd64, " + RELEASE + ".")
                .hasMessageNotContaining("unsigned")
                .hasMessageNotContaining("6.12-amd64");
    }

    @Test
    void withoutPackageListsTheCureIsNamed() throws IOException {
        Files.delete(archive.resolve("search"));

        assertThatThrownBy(() -> kernels().target(request(Optional.of("6.1.0-99-amd64"), false)))
                .hasMessageContaining("KP210")
                .hasMessageContaining("apt-get update");
    }

    @Test
    void offlineThePackagesAreNamedAndNothingIsCalled() {
        assertThatThrownBy(() -> kernels().target(request(Optional.of(RELEASE), true)))
                .hasMessageContaining("KP215")
                .hasMessageContaining("linux-image-" + RELEASE + "-dbg")
                .hasMessageContaining("linux-headers-" + RELEASE)
                .hasMessageContaining("linux-source-6.1");
        assertThatThrownBy(() -> kernels().target(request(Optional.empty(), true)))
                .hasMessageContaining("KP215");
        assertThat(started).isEmpty();
    }

    @Test
    void packagesInTheCacheServeOffline() throws IOException {
        Path packages = Files.createDirectories(folder.resolve("cache/packages"));
        try (Stream<Path> files = Files.list(archive)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".deb")).toList()) {
                Files.copy(file, packages.resolve(file.getFileName()));
            }
        }
        PreparedKernel offline = kernels().prepare(request(Optional.of(RELEASE), true));
        assertThat(started).noneMatch(line -> line.contains("apt"));
        assertThat(kernels().prepare(request(Optional.of(RELEASE), false)).digest())
                .isEqualTo(offline.digest());
    }

    @Test
    void sourceOfAnotherVersionIsRefusedNamingBoth() throws IOException {
        Path show = archive.resolve("show-linux-source-6.1");
        Files.writeString(show, Files.readString(show).replace(VERSION, "6.1.12-1"));

        assertThatThrownBy(() -> kernels().prepare(request(Optional.of(RELEASE), false)))
                .hasMessageContaining("KP205")
                .hasMessageContaining(VERSION)
                .hasMessageContaining("6.1.12-1");
    }

    @Test
    void aDownloadThatFailsSaysWhy() throws IOException {
        Files.delete(archive.resolve("linux-headers-" + RELEASE + "_" + VERSION + "_amd64.deb"));

        assertThatThrownBy(() -> kernels().prepare(request(Optional.of(RELEASE), false)))
                .hasMessageContaining("KP103")
                .hasMessageContaining("E: Failed to fetch");
    }

    @Test
    void aPackageThatIsNotTheSignedOneIsRefused() throws IOException {
        Path show = archive.resolve("show-linux-headers-" + RELEASE);
        Files.writeString(show, Files.readString(show).replaceAll("SHA256: .*", "SHA256: " + "0".repeat(64)));

        assertThatThrownBy(() -> kernels().prepare(request(Optional.of(RELEASE), false)))
                .hasMessageContaining("KP206");
    }

    @Test
    void installedPiecesAreUsedWhereTheirVersionFits() throws IOException {
        String symvers = "usr/src/linux-headers-" + RELEASE + "/Module.symvers";
        ToyKernel.write(root.resolve(symvers), Files.readString(toy.symvers()));
        ToyKernel.write(root.resolve("usr/src/linux-source-6.1.tar.xz"), "of another version");
        ToyKernel.write(root.resolve("var/lib/dpkg/status"), """
                Package: linux-headers-%s
                Status: install ok installed
                Version: %s

                Package: linux-source-6.1
                Status: install ok installed
                Version: 6.1.9-1
                """.formatted(RELEASE, VERSION));

        kernels().prepare(request(Optional.of(RELEASE), false));

        assertThat(downloads())
                .noneMatch(line -> line.contains("headers"))
                .anyMatch(line -> line.contains("linux-source-6.1=" + VERSION));
    }

    @Test
    void theNewestInstalledReleaseIsTheDefault() throws IOException {
        for (String release : List.of("6.1.0-7-amd64", "6.1.0-12-amd64", "6.1.0-13-cloud-amd64", "5.10.0-9-amd64")) {
            Files.createDirectories(root.resolve("lib/modules/" + release + "/kernel"));
        }
        Files.createDirectories(root.resolve("lib/modules/6.1.0-99-amd64"));

        assertThat(kernels().defaultRelease(false).value()).isEqualTo("6.1.0-12-amd64");
    }

    @Test
    void theDefaultReleaseComesFromTheMetaPackage() {
        assertThat(kernels().defaultRelease(false).value()).isEqualTo(RELEASE);
    }

    @Test
    void packagesAreReadWithoutTheirManager() {
        kernels().prepare(request(Optional.of(RELEASE), false));

        assertThat(started).noneMatch(line -> line.contains("dpkg") || line.contains(" install"));
        assertThat(NativeTools.run(folder, "ls", root.toString()).out()).isEqualTo("var\n");
    }
}
