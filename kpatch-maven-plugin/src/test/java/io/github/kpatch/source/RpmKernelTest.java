package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Tools;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import io.github.kpatch.testing.RpmTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernels from RPM packages, made by rpmbuild, in a repository made by createrepo_c, through dnf itself. */
class RpmKernelTest {
    private static final String RHEL = "6.1.10-1.el9.x86_64";
    private static final String SUSE = "6.1.10-150600.7-default";

    @TempDir
    Path folder;

    private final List<String> started = new ArrayList<>();
    private ToyKernel toy;
    private Path repository;
    private Path dnfConfig;

    @BeforeEach
    void makeFolders() throws IOException {
        RpmTools.need("rpmbuild", "createrepo_c", "dnf");
        repository = Files.createDirectories(folder.resolve("repository"));
        Files.createDirectories(folder.resolve("repos.d"));
        Files.writeString(
                folder.resolve("repos.d/toy.repo"), "[toy]\nname=toy\nbaseurl=file://" + repository + "\nenabled=1\n");
        dnfConfig = folder.resolve("dnf.conf");
        Files.writeString(dnfConfig, """
                [main]
                reposdir=F/repos.d
                cachedir=F/dnf/cache
                logdir=F/dnf/log
                persistdir=F/dnf/persist
                varsdir=F/dnf/vars
                releasever=1
                gpgcheck=0
                """.replace("F/", folder + "/"));
    }

    private void kernel(String release) {
        toy = new ToyKernel(folder).banner("Linux version " + release + " (a@b) (gcc) #1 SMP");
    }

    private Path shippedModule(String release) {
        return NativeTools.compile(
                folder,
                "shipped",
                "const char modinfo[] __attribute__((section(\".modinfo\"))) = \"vermagic=" + release + " SMP \";\n");
    }

    /** Packages of one spec, each with its files, put into the repository. */
    private void publish(String preamble, String prep, Map<String, Map<String, Path>> packages) throws IOException {
        Path sources = Files.createTempDirectory(folder, "spec");
        StringBuilder spec = new StringBuilder(preamble)
                .append("Summary: a test\nLicense: GPLv2\n%define _build_id_links none\n%description\nA test.\n");
        StringBuilder files =
                new StringBuilder("%prep\n" + prep + "\n%install\ncp -a %{_sourcedir}/files/. %{buildroot}\n");
        Files.createDirectories(sources.resolve("files"));
        for (Map.Entry<String, Map<String, Path>> one : packages.entrySet()) {
            spec.append("%package -n " + one.getKey() + "\nSummary: a test\n%description -n " + one.getKey()
                    + "\nA test.\n");
            files.append("%files -n " + one.getKey() + "\n");
            for (Map.Entry<String, Path> file : one.getValue().entrySet()) {
                Path target = sources.resolve("files").resolve(file.getKey());
                Files.createDirectories(target.getParent());
                NativeTools.run(folder, "cp", "-a", file.getValue().toString(), target.toString());
                files.append("/" + file.getKey() + "\n");
            }
        }
        for (String source : List.of("linux-6.1.tar", "vendor.patch")) {
            if (Files.exists(folder.resolve(source))) {
                Files.copy(folder.resolve(source), sources.resolve(source), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        RpmTools.build(sources, spec.append(files).toString());
        NativeTools.run(sources, "sh", "-c", "find rpmbuild -name '*.rpm' -exec mv {} " + repository + " \\;");
        NativeTools.run(folder, "createrepo_c", "--quiet", repository.toString());
    }

    private void publishRhel() throws IOException {
        kernel(RHEL);
        toy.sourceArchive();
        Files.writeString(folder.resolve("vendor.patch"), """
                --- a/kernel/a.c
                +++ b/kernel/a.c
                @@ -1 +1,2 @@
                 int a;
                +int b;
                """);
        Path module = toy.modules().resolve("kernel/fs/my-module.ko");
        String modules = "lib/modules/" + RHEL;
        publish(
                "Name: kernel\nVersion: 6.1.10\nRelease: 1.el9\nSource0: linux-6.1.tar\nPatch1: vendor.patch\n",
                "%setup -q -n linux-6.1\n%patch1 -p1",
                new TreeMap<>(Map.of(
                        "kernel-core",
                        Map.of(
                                modules + "/vmlinuz",
                                folder.resolve("vendor.patch"),
                                modules + "/config",
                                toy.configFile()),
                        "kernel-modules-core",
                        Map.of(modules + "/kernel/fs/my-module.ko", shippedModule(RHEL)),
                        "kernel-devel",
                        Map.of(
                                "usr/src/kernels/" + RHEL + "/.config",
                                toy.configFile(),
                                "usr/src/kernels/" + RHEL + "/Module.symvers",
                                toy.symvers()),
                        "kernel-debuginfo",
                        Map.of(
                                "usr/lib/debug/lib/modules/" + RHEL + "/vmlinux",
                                toy.vmlinux(),
                                "usr/lib/debug/lib/modules/" + RHEL + "/kernel/fs/my-module.ko.debug",
                                module))));
    }

    private void publishSuse() throws IOException {
        kernel(SUSE);
        String modules = "lib/modules/" + SUSE;
        String object = "usr/src/linux-6.1.10-150600.7-obj/x86_64/default/";
        String tree = "usr/src/linux-6.1.10-150600.7/";
        publish(
                "Name: kernel-default\nVersion: 6.1.10\nRelease: 150600.7.3\n",
                "",
                new TreeMap<>(Map.of(
                        "kernel-default-base",
                        Map.of("boot/other", toy.configFile()),
                        "kernel-default-devel",
                        Map.of(object + ".config", toy.configFile(), object + "Module.symvers", toy.symvers()),
                        "kernel-default-debuginfo",
                        Map.of(
                                "usr/lib/debug/boot/vmlinux-" + SUSE + ".debug",
                                toy.vmlinux(),
                                "usr/lib/debug/lib/modules/" + SUSE + "/kernel/fs/my-module.ko.debug",
                                toy.modules().resolve("kernel/fs/my-module.ko")))));
        publish(
                "Name: image\nVersion: 6.1.10\nRelease: 150600.7.3\n",
                "",
                Map.of(
                        "kernel-default",
                        Map.of(
                                "boot/vmlinuz-" + SUSE,
                                toy.configFile(),
                                "boot/config-" + SUSE,
                                toy.configFile(),
                                modules + "/kernel/fs/my-module.ko",
                                shippedModule(SUSE))));
        Path source = toy.sourceFolder();
        publish(
                "Name: source\nVersion: 6.1.10\nRelease: 150600.7.3\nBuildArch: noarch\n",
                "",
                new TreeMap<>(Map.of(
                        "kernel-source",
                        Map.of(tree + "kernel/a.c", source.resolve("kernel/a.c")),
                        "kernel-devel",
                        Map.of(
                                tree + "Makefile",
                                source.resolve("Makefile"),
                                tree + "scripts",
                                source.resolve("scripts")))));
    }

    private Kernels kernels(String distribution) {
        KernelCache cache = new KernelCache(folder.resolve("cache"), line -> {});
        CommandRunner runner = new CommandRunner(started::add);
        return new Kernels(
                cache,
                runner,
                Progress.NONE,
                new Tools(runner, cache.memo()),
                folder.resolve("no-root"),
                new DistributionChoice(
                        Optional.of(distribution), Optional.of(dnfConfig), Optional.empty(), Optional.empty()));
    }

    private static KernelRequest request(String release, DebugPackage debug, boolean offline) {
        return new KernelRequest(
                Optional.of(new KernelRelease(release)), GivenPieces.NONE, Optional.empty(), debug, offline, 1, false);
    }

    @Test
    void allOfAKernelComesFromItsPackages() throws IOException {
        publishRhel();

        PreparedKernel kernel = kernels("rhel")
                .locate(request(RHEL, DebugPackage.ALWAYS, false))
                .prepared();

        assertThat(Files.readString(kernel.tree().resolve("kernel/a.c"))).isEqualTo("int a;\nint b;\n");
        assertThat(kernel.lock().sourceVersion()).isEqualTo("6.1.10-1.el9");
        assertThat(kernel.target().release().value()).isEqualTo(RHEL);
        assertThat(kernel.target().vermagic()).contains(RHEL + " SMP ");
        assertThat(new TargetFacts(kernel.target()).symbols("my_module")).isNotNull();
        assertThat(kernels("rhel")
                        .locate(request(RHEL, DebugPackage.ALWAYS, false))
                        .modules()
                        .orElseThrow())
                .isDirectoryRecursivelyContaining("glob:**/my-module.ko");
        assertThat(Files.exists(folder.resolve("no-root"))).isFalse();
    }

    @Test
    void onceThereNoPackageManagerIsAskedAgain() throws IOException {
        publishRhel();
        // The image of the toy tells nothing, so the debug package is brought after all.
        kernels("rhel").locate(request(RHEL, DebugPackage.AUTO, false)).prepared();
        started.clear();
        NativeTools.run(folder, "rm", "-r", repository.toString());

        kernels("rhel").locate(request(RHEL, DebugPackage.AUTO, true)).prepared();

        assertThat(started).noneMatch(line -> line.contains("dnf"));
    }

    @Test
    void sourceIsPutTogetherFromSeveralPackages() throws IOException {
        publishSuse();

        PreparedKernel kernel = kernels("suse")
                .locate(request(SUSE, DebugPackage.ALWAYS, false))
                .prepared();

        assertThat(kernel.tree().resolve("kernel/a.c")).isRegularFile();
        assertThat(kernel.tree().resolve("scripts/run.sh")).isRegularFile();
        assertThat(kernel.lock().sourceVersion()).isEqualTo("6.1.10-150600.7.3");
    }

    @Test
    void releasesAreThoseOfImageAndDevelopmentPackage() throws IOException {
        publishRhel();

        assertThat(kernels("fedora").releases(false))
                .extracting(offered -> offered.release().value())
                .containsExactly(RHEL);
        assertThat(kernels("rhel").defaultRelease(false).value()).isEqualTo(RHEL);
        assertThat(kernels("rhel").defaultRelease(true).value()).isEqualTo(RHEL);
        assertThatThrownBy(() -> kernels("rhel").locate(request("6.1.10-2.el9.x86_64", DebugPackage.AUTO, false)))
                .isInstanceOf(ProblemException.class)
                .hasMessageContainingAll("KP201", "6.1.10-2.el9.x86_64", RHEL);
        assertThatThrownBy(() -> kernels("suse").locate(request(RHEL, DebugPackage.AUTO, false)))
                .hasMessageContainingAll("KP201", "kernel-default", "kpatch.dnfConfig");
    }

    @Test
    void aPackageThatNoRepositoryHasIsNamed() throws IOException {
        publishRhel();
        NativeTools.run(repository, "sh", "-c", "rm kernel-debuginfo-*; createrepo_c --quiet .");

        assertThatThrownBy(() -> kernels("rhel").locate(request(RHEL, DebugPackage.ALWAYS, false)))
                .isInstanceOf(ProblemException.class)
                .hasMessageContainingAll("KP103", "kernel-debuginfo-" + RHEL, "repositories of their own");
        assertThatThrownBy(() -> kernels("rhel").locate(request(RHEL, DebugPackage.ALWAYS, true)))
                .hasMessageContainingAll("KP215", "kernel-debuginfo");
    }

    @Test
    void theTableIsComplete() {
        DistributionTable table = DistributionTable.standard();

        Set<String> used =
                table.distributions().stream().map(DistributionTable.Row::names).collect(Collectors.toSet());
        Set<String> there = new TreeSet<>(table.rpm().keySet());
        there.addAll(table.deb().keySet());
        assertThat(used).isEqualTo(there);
        assertThat(table.deb().values())
                .allSatisfy(names -> assertThat(names.missing()).isEmpty());
        assertThat(table.rpm().values())
                .allSatisfy(names -> assertThat(names.missing()).isEmpty());
        assertThat(table.rpm().values()).allSatisfy(names -> assertThat(names).hasNoNullFieldsOrProperties());
        assertThat(table.of(OsRelease.parse("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n")))
                .map(DistributionTable.Row::name)
                .contains("rhel");
        assertThat(table.of(OsRelease.parse("ID=alinux\nID_LIKE=\"rhel fedora\"\n")))
                .map(DistributionTable.Row::name)
                .contains("rhel");
    }
}
