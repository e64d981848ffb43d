package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.TestArchives;
import io.github.kpatch.host.Tools;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.testing.NativeTools;
import io.github.kpatch.testing.TestImages;
import io.github.kpatch.testing.ToyVmlinux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernels from Debian's packages, with a package manager that answers from files. */
class DebianKernelTest {
    private static final String RELEASE = ToyKernel.RELEASE;
    private static final String VERSION = "6.1.10-2";
    private static final String VERMAGIC = RELEASE + " SMP preempt mod_unload modversions ";

    @TempDir
    Path folder;

    private final List<String> started = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
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
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/os-release"), "PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n");
        Files.createDirectories(root.resolve("var/lib/apt/lists"));
        // apt-cache [option] show|search NAME…: what is in the files SHOW-NAME or in the file SEARCH.
        program("apt-cache", """
                case "$*" in
                  *search*) cat ARCHIVE/search 2>/dev/null;;
                  *) for name; do cat "ARCHIVE/show-$name" 2>/dev/null && echo; done;;
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
                linux-image-6.1.0-7-cloud-amd64 - Linux 6.1 for clouds
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
                        .file(
                                "./lib/modules/" + RELEASE + "/kernel/fs/my-module.ko",
                                Files.readAllBytes(shippedModule()),
                                0100644));
    }

    private Path shippedModule() {
        return NativeTools.compile(
                folder,
                "shipped",
                "const char modinfo[] __attribute__((section(\".modinfo\"))) = \"vermagic=" + VERMAGIC + "\";\n");
    }

    private Path debugPackage() throws IOException {
        return debugPackage(toy.vmlinux());
    }

    private Path debugPackage(Path vmlinux) throws IOException {
        Path module = toy.modules().resolve("kernel/fs/my-module.ko");
        return deb(
                "linux-image-" + RELEASE + "-dbg",
                new TestArchives()
                        .file("./usr/lib/debug/boot/vmlinux-" + RELEASE, Files.readAllBytes(vmlinux), 0100755)
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
                                "./usr/src/linux-headers-" + RELEASE + "/.config",
                                Files.readAllBytes(toy.configFile()),
                                0100644)
                        .file(
                                "./usr/src/linux-headers-" + RELEASE + "/Module.symvers",
                                Files.readAllBytes(toy.symvers()),
                                0100644));
    }

    private KernelCache cache() {
        return new KernelCache(folder.resolve("cache"), told::add);
    }

    private Kernels kernels() {
        CommandRunner runner = new CommandRunner(started::add);
        Tools tools = new Tools(runner, cache().memo(), programs.toString());
        return new Kernels(cache(), runner, Progress.NONE, tools, root, DistributionChoice.HERE);
    }

    private static KernelRequest request(Optional<String> release, boolean offline) {
        return new KernelRequest(
                release.map(KernelRelease::new),
                GivenPieces.NONE,
                Optional.empty(),
                DebugPackage.ALWAYS,
                offline,
                1,
                false);
    }

    private List<String> downloads() {
        return started.stream()
                .filter(line -> line.contains("apt-get"))
                .map(line -> line.substring(line.indexOf("download")))
                .toList();
    }

    @Test
    void theDefaultReleaseIsFetchedAndPrepared() throws IOException {
        PreparedKernel kernel =
                kernels().locate(request(Optional.empty(), false)).prepared();

        assertThat(kernel.target().release().value()).isEqualTo(RELEASE);
        assertThat(kernel.target().bootImage().orElseThrow()).hasContent("image");
        assertThat(kernel.target().vermagic()).contains(VERMAGIC);
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

    /** An image package whose boot image holds a kernel, and whose module is one, where Debian has it since version 13. */
    private byte[] publishKernel(Path vmlinux) throws IOException {
        Files.copy(vmlinux, folder.resolve("kernel"));
        NativeTools.run(folder, "gzip", "-n", "kernel");
        byte[] image =
                TestImages.of(Files.readAllBytes(folder.resolve("kernel.gz")), Math.toIntExact(Files.size(vmlinux)));
        Path module = shippedModule();
        NativeTools.run(folder, "strip", "--strip-debug", module.toString());
        publish(
                deb(
                        "linux-image-" + RELEASE,
                        new TestArchives()
                                .file("./boot/config-" + RELEASE, Files.readAllBytes(toy.configFile()), 0100644)
                                .file("./boot/vmlinuz-" + RELEASE, image, 0100644)
                                .file(
                                        "./usr/lib/modules/" + RELEASE + "/kernel/fs/my-module.ko",
                                        Files.readAllBytes(module),
                                        0100644)),
                "linux-image-" + RELEASE,
                "");
        return image;
    }

    private static KernelRequest request(DebugPackage debugPackage) {
        return new KernelRequest(Optional.empty(), GivenPieces.NONE, Optional.empty(), debugPackage, false, 1, false);
    }

    @Test
    void theKernelItselfGivesTheFactsAsLongAsTheyDo() throws IOException {
        byte[] image = publishKernel(ToyVmlinux.link(folder, "version.o"));
        Map<String, Integer> sizes =
                kernels().locate(request(Optional.empty(), false)).target().structSizes();
        started.clear();

        TargetKernel target = kernels().locate(request(DebugPackage.AUTO)).target();

        assertThat(downloads()).as("all but the debug package was here").isEmpty();
        assertThat(target.release().value()).isEqualTo(RELEASE);
        assertThat(target.banner()).startsWith("Linux version " + RELEASE);
        assertThat(target.vermagic()).contains(VERMAGIC);
        assertThat(target.structSizes()).isEqualTo(sizes);
        assertThat(target.bootImage().orElseThrow()).hasBinaryContent(image);
        TargetFacts facts = new TargetFacts(target);
        assertThat(facts.linked("vmlinux").orElseThrow().symbols().globalsNamed("linux_banner"))
                .hasSize(1);
        assertThat(facts.linked("my_module").orElseThrow().symbols().globalsNamed("modinfo"))
                .hasSize(1);
        assertThat(facts.linked("other")).isEmpty();
    }

    @Test
    void theDebugPackageComesWhenItIsAskedFor() throws IOException {
        publishKernel(ToyVmlinux.link(folder, "version.o"));
        LocatedKernel located = kernels().locate(request(DebugPackage.AUTO));
        TargetKernel shipped = located.target();
        publish(debugPackage(toy.banner(shipped.banner()).vmlinux()), "linux-image-" + RELEASE + "-dbg", "");
        assertThat(downloads()).noneMatch(line -> line.contains("-dbg"));

        TargetKernel debug = located.debugTarget().orElseThrow();

        assertThat(downloads()).anyMatch(line -> line.contains("-dbg"));
        assertThat(debug.banner()).isEqualTo(shipped.banner());
        assertThat(new TargetFacts(debug).linked("vmlinux")).isEmpty();
        assertThat(new TargetFacts(debug).symbols("vmlinux").globalsNamed("linux_banner"))
                .hasSize(1);
        assertThat(kernels().locate(request(DebugPackage.NEVER)).debugTarget()).isEmpty();
        assertThat(kernels().locate(request(DebugPackage.ALWAYS)).debugTarget()).isEmpty();
    }

    @Test
    void theDebugPackageOfAnotherBuildIsRefused() throws IOException {
        publishKernel(ToyVmlinux.link(folder, "version.o"));
        publish(
                debugPackage(toy.banner("Linux version " + RELEASE + " (a@b) (gcc) #1 SMP Debian 6.1.10-3")
                        .vmlinux()),
                "linux-image-" + RELEASE + "-dbg",
                "");
        LocatedKernel located = kernels().locate(request(DebugPackage.AUTO));

        assertThatThrownBy(located::debugTarget)
                .hasMessageContaining("KP205")
                .hasMessageContaining("vmlinux-" + RELEASE);
    }

    @Test
    void anImageThatCannotBeReadLeavesItToTheDebugPackageAndThatIsSaid() {
        TargetKernel target = kernels().locate(request(DebugPackage.AUTO)).target();

        assertThat(told)
                .singleElement()
                .asString()
                .contains("debug package is used")
                .contains("vmlinuz");

        assertThat(target)
                .isEqualTo(kernels().locate(request(DebugPackage.ALWAYS)).target());
        assertThatThrownBy(() -> kernels().locate(request(DebugPackage.NEVER)).target())
                .hasMessageContaining("KP209");
    }

    @Test
    void aSecondCallStartsNoProcessOnlineOrOffline() {
        PreparedKernel first =
                kernels().locate(request(Optional.empty(), false)).prepared();
        started.clear();

        assertThat(kernels().locate(request(Optional.empty(), false)).prepared())
                .isEqualTo(first);
        assertThat(kernels().locate(request(Optional.empty(), true)).prepared()).isEqualTo(first);
        assertThat(kernels().locate(request(Optional.of(RELEASE), true)).prepared())
                .isEqualTo(first);
        assertThat(started).isEmpty();
    }

    @Test
    void debianAndGivenPiecesPrepareTheSameTree() {
        PreparedKernel debian =
                kernels().locate(request(Optional.of(RELEASE), false)).prepared();
        PreparedKernel given = kernels()
                .locate(new KernelRequest(
                        Optional.empty(),
                        toy.pieces(toy.sourcePackage(folder.resolve("given.deb"), VERSION)),
                        Optional.empty(),
                        DebugPackage.ALWAYS,
                        false,
                        1,
                        false))
                .prepared();

        assertThat(given.digest()).isEqualTo(debian.digest());
        assertThat(given.lock()).isEqualTo(debian.lock());
    }

    @Test
    void shippedModulesAreUnpackedWhenAskedFor() {
        KernelRequest request = request(Optional.of(RELEASE), false);
        TargetKernel target = kernels().locate(request).target();
        assertThat(target.modules().orElseThrow()).doesNotExist();

        Path modules = kernels().locate(request).modules().orElseThrow();

        assertThat(modules).isEqualTo(target.modules().orElseThrow());
        assertThat(modules.resolve("kernel/fs/my-module.ko")).hasSameBinaryContentAs(folder.resolve("shipped.o"));
    }

    @Test
    void anUnknownReleaseListsThoseThatCanBePatchedTheBestFirst() throws IOException {
        offer("6.1.0-12-amd64", VERSION, "linux-image-%s", "linux-image-%s-dbg", "linux-headers-%s");
        offer("6.1.0-7-cloud-amd64", VERSION, "linux-image-%s", "linux-image-%s-dbg", "linux-headers-%s");
        offer("6.1.0-13-amd64", VERSION, "linux-image-%s", "linux-image-%s-dbg");
        offer("6.1.0-14-amd64", "6.1.14-1", "linux-image-%s", "linux-image-%s-dbg", "linux-headers-%s");
        offer("6.12.9+deb12-amd64", VERSION, "linux-image-%s", "linux-image-%s-dbg", "linux-headers-%s");
        Files.writeString(
                archive.resolve("show-linux-source-6.12"), "Package: linux-source-6.12\nVersion: " + VERSION + "\n");

        assertThatThrownBy(() -> kernels()
                        .locate(request(Optional.of("6.1.0-99-amd64"), false))
                        .target())
                .hasMessageContaining("KP201 6.1.0-99-amd64")
                .hasMessageContaining("Choose one of: 6.1.0-12-amd64, " + RELEASE
                        + ", 6.1.0-7-cloud-amd64, 6.12.9+deb12-amd64; goal kpatch:releases lists them all.");
    }

    @Test
    void releasesAreListedTheRunningAndTheInstalledOnesFirst() throws IOException {
        for (String release : List.of("6.1.0-12-amd64", "6.1.0-14-amd64", "6.1.0-15-amd64")) {
            offer(release, VERSION, "linux-image-%s", "linux-image-%s-dbg", "linux-headers-%s");
        }
        offer("6.1.0-16-amd64", VERSION, "linux-image-%s", "linux-headers-%s");
        installed("linux-image-6.1.0-12-amd64");
        installed("linux-image-" + RELEASE);

        String before = System.getProperty("os.version");
        System.setProperty("os.version", RELEASE);
        try {
            assertThat(kernels().releases(false))
                    .containsExactly(
                            new OfferedRelease(new KernelRelease(RELEASE), true, true),
                            new OfferedRelease(new KernelRelease("6.1.0-12-amd64"), true, false),
                            new OfferedRelease(new KernelRelease("6.1.0-15-amd64"), false, false),
                            new OfferedRelease(new KernelRelease("6.1.0-14-amd64"), false, false));
        } finally {
            System.setProperty("os.version", before);
        }
        assertThat(downloads()).isEmpty();
        assertThatThrownBy(() -> kernels().releases(true)).hasMessageContaining("KP215 apt-cache");
    }

    private void installed(String name) throws IOException {
        Files.writeString(
                root.resolve("var/lib/dpkg/status"),
                "Package: " + name + "\nStatus: install ok installed\nVersion: " + VERSION + "\n\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    @Test
    void aLongListOfReleasesIsCut() throws IOException {
        for (int i = 20; i < 40; i++) {
            offer("6.1.0-" + i + "-amd64", VERSION, "linux-image-%s", "linux-image-%s-dbg", "linux-headers-%s");
        }

        assertThatThrownBy(() -> kernels()
                        .locate(request(Optional.of("6.1.0-99-amd64"), false))
                        .target())
                .hasMessageContaining("Choose one of: 6.1.0-39-amd64, 6.1.0-38-amd64, ")
                .hasMessageContaining("6.1.0-30-amd64, … and 11 more; goal");
    }

    private void offer(String release, String version, String... names) throws IOException {
        Files.writeString(
                archive.resolve("search"), "linux-image-" + release + " - Linux\n", StandardOpenOption.APPEND);
        for (String name : names) {
            Files.writeString(
                    archive.resolve("show-" + name.formatted(release)),
                    "Package: " + name.formatted(release) + "\nVersion: " + version + "\n");
        }
    }

    @Test
    void aKernelThatCannotBePatchedIsRefusedAfterTheSmallestPackage() throws IOException {
        toy.config("CONFIG_LTO_CLANG=y\n");
        publish(headersPackage(), "linux-headers-" + RELEASE, "");

        assertThatThrownBy(() ->
                        kernels().locate(request(Optional.of(RELEASE), false)).target())
                .hasMessageContaining("KP203")
                .hasMessageContaining("CONFIG_LTO_CLANG");
        assertThat(downloads()).containsExactly("download linux-headers-" + RELEASE + "=" + VERSION);
    }

    /** Whether the machine has another Rust compiler, or none, or no maker of bindings. */
    @Test
    void aKernelWhoseRustCompilerIsNotHereIsRefusedAfterTheSmallestPackage() throws IOException {
        toy.config("CONFIG_RUST=y\nCONFIG_RUSTC_VERSION_TEXT=\"rustc 0.0.1\"\n");
        publish(headersPackage(), "linux-headers-" + RELEASE, "");

        assertThatThrownBy(() ->
                        kernels().locate(request(Optional.of(RELEASE), false)).target())
                .hasMessageMatching("(?s).*KP10[12] (rustc|bindgen): .*");
        assertThat(downloads()).containsExactly("download linux-headers-" + RELEASE + "=" + VERSION);
    }

    @Test
    void aRealTimeKernelWantsItsOwnSource() throws IOException {
        String release = "6.1.0-41-rt-amd64";
        offer(release, VERSION, "linux-image-%s", "linux-image-%s-dbg", "linux-headers-%s");
        publish(imagePackage(), "linux-image-" + release, "");

        assertThatThrownBy(() -> kernels().locate(request(Optional.of(release), false)))
                .hasMessageContaining(
                        "KP205 linux-source-6.1: The kernel " + release + " is built with the real-time patches")
                .hasMessageContaining("kpatch.source");
        assertThat(downloads()).isEmpty();
        assertThat(kernels().releases(false))
                .noneMatch(offered -> offered.release().value().equals(release));
    }

    @Test
    void aPackageThatAnotherBuildReadsIsNotRemoved() {
        Distribution mine = distribution();
        DistributionPackage debug =
                ((Piece.InPackage) mine.build(new KernelRelease(RELEASE)).vmlinux()).container();
        List<Path> read = new ArrayList<>();

        mine.packages().read(debug, file -> {
            distribution().packages().done(debug);
            assertThat(file).exists();
            read.add(file);
        });

        assertThat(read).hasSize(1);
        mine.packages().done(debug);
        assertThat(read.get(0)).doesNotExist();
    }

    private Distribution distribution() {
        CommandRunner runner = new CommandRunner(started::add);
        return Distributions.of(
                DistributionChoice.HERE,
                cache(),
                runner,
                new Tools(runner, cache().memo(), programs.toString()),
                Progress.NONE,
                false,
                root);
    }

    @Test
    void aDamagedPackageInTheCacheIsFetchedAgain() throws IOException {
        Path packages = Files.createDirectories(folder.resolve("cache/packages"));
        for (String name : List.of("linux-image-" + RELEASE + "-dbg", "linux-source-6.1", "linux-headers-" + RELEASE)) {
            byte[] bytes = Files.readAllBytes(archive.resolve(name + "_" + VERSION + "_amd64.deb"));
            bytes[bytes.length / 2] ^= 1;
            Files.write(packages.resolve(name + "_" + VERSION + "_amd64.deb"), bytes);
        }

        assertThat(kernels().locate(request(Optional.of(RELEASE), false)).prepared())
                .isNotNull();
        assertThat(downloads()).hasSize(4);
    }

    @Test
    void withoutPackageListsTheCureIsNamed() throws IOException {
        Files.delete(archive.resolve("search"));

        assertThatThrownBy(() -> kernels()
                        .locate(request(Optional.of("6.1.0-99-amd64"), false))
                        .target())
                .hasMessageContaining("KP210")
                .hasMessageContaining("apt-get update");
    }

    @Test
    void offlineThePackagesAreNamedAndNothingIsCalled() {
        assertThatThrownBy(() ->
                        kernels().locate(request(Optional.of(RELEASE), true)).target())
                .hasMessageContaining("KP215")
                .hasMessageContaining("linux-image-" + RELEASE + "-dbg")
                .hasMessageContaining("linux-headers-" + RELEASE)
                .hasMessageContaining("linux-source-6.1");
        assertThatThrownBy(
                        () -> kernels().locate(request(Optional.empty(), true)).target())
                .hasMessageContaining("KP215");
        assertThat(started).isEmpty();
    }

    @Test
    void offlineDamagedFactsAreNamedWithThePackageToMakeThemFrom() throws IOException {
        PreparedKernel first =
                kernels().locate(request(Optional.of(RELEASE), false)).prepared();
        Path facts = first.target().facts().resolve("kernel.json");
        Files.writeString(facts, Files.readString(facts).substring(0, 40));

        assertThatThrownBy(() ->
                        kernels().locate(request(Optional.of(RELEASE), true)).target())
                .hasMessageContaining("KP215")
                .hasMessageContaining("linux-image-" + RELEASE + "-dbg=" + VERSION);
        assertThat(kernels().locate(request(Optional.of(RELEASE), false)).prepared())
                .isEqualTo(first);
    }

    @Test
    void offlineDamagedNotesNeverGiveAnEmptyVersion() throws IOException {
        kernels().locate(request(Optional.of(RELEASE), false)).target();
        try (Stream<Path> notes = Files.list(folder.resolve("cache/memo"))) {
            for (Path note : notes.toList()) {
                byte[] bytes = Files.readAllBytes(note);
                Files.write(note, Arrays.copyOf(bytes, bytes.length - Math.min(bytes.length, 9)));
            }
        }

        assertThatThrownBy(() ->
                        kernels().locate(request(Optional.of(RELEASE), true)).target())
                .hasMessageContaining("KP215")
                .hasMessageContaining("=" + VERSION);
        assertThat(kernels().locate(request(Optional.of(RELEASE), false)).target())
                .isNotNull();
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
        PreparedKernel offline =
                kernels().locate(request(Optional.of(RELEASE), true)).prepared();
        assertThat(started).noneMatch(line -> line.contains("apt"));
        assertThat(packages.resolve("linux-image-" + RELEASE + "-dbg_" + VERSION + "_amd64.deb"))
                .doesNotExist();
        assertThat(kernels().locate(request(Optional.of(RELEASE), true)).prepared())
                .isEqualTo(offline);
        assertThat(kernels()
                        .locate(request(Optional.of(RELEASE), false))
                        .prepared()
                        .digest())
                .isEqualTo(offline.digest());
    }

    /** As Debian packs them since 7.0: the image package is empty. */
    @Test
    void aKernelInPartsIsTheSameKernel() throws IOException {
        PreparedKernel whole =
                kernels().locate(request(Optional.of(RELEASE), false)).prepared();
        Folders.delete(folder.resolve("cache"));
        started.clear();
        publish(
                deb("linux-image-" + RELEASE, new TestArchives().file("./usr/share/doc/nothing", "")),
                "linux-image-" + RELEASE,
                "Depends: linux-base-%1$s (= %2$s), linux-binary-%1$s (= %2$s), linux-modules-%1$s (= %2$s)\n"
                        .formatted(RELEASE, VERSION));
        String modules = "./usr/lib/modules/" + RELEASE;
        publish(
                deb(
                        "linux-image-" + RELEASE + "-dbg",
                        new TestArchives()
                                .link(
                                        "./usr/lib/debug/boot/vmlinux-" + RELEASE,
                                        "../lib/modules/" + RELEASE + "/vmlinux")
                                .file(
                                        "./usr/lib/debug/lib/modules/" + RELEASE + "/vmlinux",
                                        Files.readAllBytes(toy.vmlinux()),
                                        0100755)
                                .file(
                                        "./usr/lib/debug/lib/modules/" + RELEASE + "/kernel/fs/my-module.ko",
                                        Files.readAllBytes(toy.modules().resolve("kernel/fs/my-module.ko")),
                                        0100644)),
                "linux-image-" + RELEASE + "-dbg",
                "");
        publishPart(
                "linux-base-",
                new TestArchives().file(modules + "/config", Files.readAllBytes(toy.configFile()), 0100644));
        publishPart("linux-binary-", new TestArchives().file(modules + "/vmlinuz", "image"));
        publishPart(
                "linux-modules-",
                new TestArchives()
                        .file(modules + "/kernel/fs/my-module.ko", Files.readAllBytes(shippedModule()), 0100644));

        PreparedKernel inParts =
                kernels().locate(request(Optional.of(RELEASE), false)).prepared();

        assertThat(inParts.digest()).isEqualTo(whole.digest());
        assertThat(downloads())
                .contains(
                        "download linux-base-" + RELEASE + "=" + VERSION,
                        "download linux-binary-" + RELEASE + "=" + VERSION,
                        "download linux-modules-" + RELEASE + "=" + VERSION)
                .noneMatch(line -> line.contains("linux-image-" + RELEASE + "="));
        started.clear();
        assertThat(kernels().locate(request(Optional.of(RELEASE), true)).prepared())
                .isEqualTo(inParts);
        assertThat(started).isEmpty();
    }

    private void publishPart(String prefix, TestArchives content) throws IOException {
        publish(deb(prefix + RELEASE, content), prefix + RELEASE, "");
    }

    @Test
    void sourceOfAnotherVersionIsRefusedNamingBoth() throws IOException {
        Path show = archive.resolve("show-linux-source-6.1");
        Files.writeString(show, Files.readString(show).replace(VERSION, "6.1.12-1"));

        assertThatThrownBy(() ->
                        kernels().locate(request(Optional.of(RELEASE), false)).prepared())
                .hasMessageContaining("KP205")
                .hasMessageContaining(VERSION)
                .hasMessageContaining("6.1.12-1");
    }

    @Test
    void aDownloadThatFailsSaysWhy() throws IOException {
        Files.delete(archive.resolve("linux-headers-" + RELEASE + "_" + VERSION + "_amd64.deb"));

        assertThatThrownBy(() ->
                        kernels().locate(request(Optional.of(RELEASE), false)).prepared())
                .hasMessageContaining("KP103")
                .hasMessageContaining("E: Failed to fetch");
    }

    @Test
    void aPackageThatIsNotTheSignedOneIsRefused() throws IOException {
        Path show = archive.resolve("show-linux-headers-" + RELEASE);
        Files.writeString(show, Files.readString(show).replaceAll("SHA256: .*", "SHA256: " + "0".repeat(64)));

        assertThatThrownBy(() ->
                        kernels().locate(request(Optional.of(RELEASE), false)).prepared())
                .hasMessageContaining("KP206");
    }

    @Test
    void installedPiecesAreUsedWhereTheirVersionFits() throws IOException {
        String symvers = "usr/src/linux-headers-" + RELEASE + "/Module.symvers";
        ToyKernel.write(root.resolve(symvers), Files.readString(toy.symvers()));
        ToyKernel.write(root.resolve(symvers).resolveSibling(".config"), Files.readString(toy.configFile()));
        ToyKernel.write(root.resolve("usr/src/linux-source-6.1.tar.xz"), "of another version");
        ToyKernel.write(root.resolve("var/lib/dpkg/status"), """
                Package: linux-headers-%s
                Status: install ok installed
                Version: %s

                Package: linux-source-6.1
                Status: install ok installed
                Version: 6.1.9-1
                """.formatted(RELEASE, VERSION));

        kernels().locate(request(Optional.of(RELEASE), false)).prepared();

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
        kernels().locate(request(Optional.of(RELEASE), false)).prepared();

        assertThat(started).noneMatch(line -> line.contains("dpkg") || line.contains(" install"));
        assertThat(NativeTools.run(folder, "ls", root.toString()).out()).isEqualTo("etc\nvar\n");
    }
}
