package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Tools;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelsTest {
    @TempDir
    Path folder;

    private final List<String> started = Collections.synchronizedList(new ArrayList<>());

    private KernelCache cache() {
        return new KernelCache(folder.resolve("cache"), line -> {});
    }

    private Kernels kernels() {
        CommandRunner runner = new CommandRunner(started::add);
        return new Kernels(
                cache(),
                runner,
                Progress.NONE,
                new Tools(runner, cache().memo()),
                folder.resolve("no-root"),
                DistributionChoice.HERE);
    }

    private static KernelRequest request(GivenPieces given) {
        return new KernelRequest(Optional.empty(), given, Optional.empty(), DebugPackage.AUTO, false, 2, false);
    }

    private static GivenPieces pinned(GivenPieces given, String sha256) {
        return new GivenPieces(
                Optional.empty(),
                given.source(),
                given.config(),
                given.vmlinux(),
                given.symvers(),
                given.modulesDirectory(),
                given.bootImage(),
                Optional.of(sha256));
    }

    @Test
    void givenPiecesBecomeAPreparedTree() throws IOException {
        ToyKernel toy = new ToyKernel(folder);

        PreparedKernel kernel = kernels().locate(request(toy.pieces())).prepared();

        assertThat(kernel.target().release()).isEqualTo(new KernelRelease(ToyKernel.RELEASE));
        assertThat(kernel.target().structSizes())
                .containsEntry("alt_instr", 12)
                .containsEntry("orc_entry", 6)
                .containsEntry("exception_table_entry", 12);
        assertThat(kernel.tree().resolve("include/generated/utsrelease.h"))
                .hasContent("#define UTS_RELEASE \"" + ToyKernel.RELEASE + "\"");
        assertThat(kernel.tree().resolve("include/generated/flags"))
                .hasContent("gcc -ffunction-sections -fdata-sections -g0, -g0 Thu Jan  1 00:00:00 UTC 1970");
        assertThat(kernel.tree().resolve("Module.symvers")).hasSameBinaryContentAs(toy.symvers());
        assertThat(kernel.tree().resolve("scripts/run.sh")).isExecutable();
        assertThat(kernel.lock().sourceVersion()).isEqualTo("6.1.10-2");
        assertThat(kernel.lock().release()).isEqualTo(ToyKernel.RELEASE);
        assertThat(symbols(kernel.target(), "my_module"))
                .isEqualTo(NativeTools.run(folder, "readelf", "--symbols", "--wide", "module_file.o")
                        .out());
        assertThat(symbols(kernel.target(), "vmlinux"))
                .isEqualTo(NativeTools.run(folder, "readelf", "--symbols", "--wide", "vmlinux")
                        .out());
    }

    @Test
    void anotherSymbolTableIsAnotherTarget() {
        ToyKernel toy = new ToyKernel(folder);
        GivenPieces given = toy.pieces();
        TargetKernel first = kernels().locate(request(given)).target();
        assertThat(kernels().locate(request(given)).target().digest()).isEqualTo(first.digest());

        NativeTools.run(
                folder,
                "objcopy",
                "--add-symbol",
                "another=.text:0,function",
                given.vmlinux().orElseThrow().toString());

        assertThat(kernels().locate(request(given)).target().digest()).isNotEqualTo(first.digest());
    }

    private static String symbols(TargetKernel target, String object) throws IOException {
        byte[] packed = Files.readAllBytes(target.symbolTables().resolve(object + ".symtab.zst"));
        return new String(Zstd.decompress(packed, (int) Zstd.getFrameContentSize(packed)), StandardCharsets.ISO_8859_1);
    }

    @Test
    void aSecondCallStartsNoProcess() {
        KernelRequest request = request(new ToyKernel(folder).pieces());
        PreparedKernel first = kernels().locate(request).prepared();
        assertThat(started).isNotEmpty();
        started.clear();

        assertThat(kernels().locate(request).prepared()).isEqualTo(first);
        assertThat(started).isEmpty();
    }

    @Test
    void theFormOfTheSourceChangesNothingButItsDigest() {
        ToyKernel toy = new ToyKernel(folder);
        PreparedKernel fromArchive = kernels().locate(request(toy.pieces())).prepared();
        PreparedKernel fromPackage = kernels()
                .locate(request(toy.pieces(toy.sourcePackage(folder.resolve("source.deb"), "6.1.10-2"))))
                .prepared();
        PreparedKernel fromFolder =
                kernels().locate(request(toy.pieces(toy.sourceFolder()))).prepared();

        for (PreparedKernel other : List.of(fromPackage, fromFolder)) {
            NativeTools.run(
                    folder,
                    "diff",
                    "-r",
                    fromArchive.tree().toString(),
                    other.tree().toString());
        }
        assertThat(fromPackage.lock().sourceVersion())
                .isEqualTo(fromArchive.lock().sourceVersion());
    }

    @Test
    void aGivenFolderIsNeverWrittenToAndItsBuildProductsAreNotTaken() {
        ToyKernel toy = new ToyKernel(folder);
        Path source = toy.sourceFolder();
        ToyKernel.write(source.resolve("include/generated/stale.h"), "stale");
        ToyKernel.write(source.resolve("kernel/a.o"), "stale");
        ToyKernel.write(source.resolve("kernel/.a.o.cmd"), "stale");
        ToyKernel.write(source.resolve("made-by-hand"), "stale");
        ToyKernel.write(source.resolve(".config"), "CONFIG_STALE=y\n");
        ToyKernel.write(source.resolve(".git/HEAD"), "ref");
        String before = listing(source);

        PreparedKernel kernel = kernels().locate(request(toy.pieces(source))).prepared();

        assertThat(listing(source)).isEqualTo(before);
        for (String stale :
                List.of("include/generated/stale.h", "kernel/a.o", "kernel/.a.o.cmd", "made-by-hand", ".git")) {
            assertThat(kernel.tree().resolve(stale)).doesNotExist();
        }
        assertThat(kernel.tree().resolve(".config")).content().doesNotContain("STALE");
    }

    private String listing(Path tree) {
        return NativeTools.run(
                        folder,
                        "sh",
                        "-c",
                        "find '" + tree + "' -printf '%p %s %T@ %C@ %m\\n' | sort; " + "find '" + tree
                                + "' -type f -exec sha256sum {} + | sort")
                .out();
    }

    @Test
    void aChangedFolderIsAnotherSource() {
        ToyKernel toy = new ToyKernel(folder);
        Path source = toy.sourceFolder();
        PreparedKernel first = kernels().locate(request(toy.pieces(source))).prepared();
        ToyKernel.write(source.resolve("kernel/a.c"), "int b;\n");
        PreparedKernel second = kernels().locate(request(toy.pieces(source))).prepared();

        assertThat(second.digest()).isNotEqualTo(first.digest());
        assertThat(second.tree().resolve("kernel/a.c")).hasContent("int b;\n");
        assertThat(first.tree().resolve("kernel/a.c")).hasContent("int a;\n");
    }

    @Test
    void aLinkThatLeavesAGivenFolderIsRefused() throws IOException {
        ToyKernel toy = new ToyKernel(folder);
        Path source = toy.sourceFolder();
        Files.createSymbolicLink(source.resolve("away"), folder);

        assertThatThrownBy(() -> kernels().locate(request(toy.pieces(source))).prepared())
                .hasMessageContaining("KP208");
        assertThat(trees()).isEmpty();
    }

    @Test
    void badInputsGetTheirCodesAndLeaveNothing() throws IOException {
        ToyKernel toy = new ToyKernel(folder);
        GivenPieces good = toy.pieces();
        byte[] archive = Files.readAllBytes(good.source().orElseThrow());
        Path cut = Files.write(folder.resolve("cut.tar"), Arrays.copyOf(archive, archive.length / 2));
        Path text = Files.writeString(
                folder.resolve("text"),
                "not ELF, and longer than an ELF header is; " + "that is why this sentence goes on for a while");

        assertThatThrownBy(() -> kernels().locate(request(toy.pieces(cut))).prepared())
                .hasMessageContaining("KP207");
        assertThatThrownBy(() ->
                        kernels().locate(request(pinned(good, "0".repeat(64)))).prepared())
                .hasMessageContaining("KP206");
        assertThatThrownBy(() -> kernels()
                        .locate(new KernelRequest(
                                Optional.of(new KernelRelease("6.1.0-8-amd64")),
                                good,
                                Optional.empty(),
                                DebugPackage.AUTO,
                                false,
                                1,
                                false))
                        .prepared())
                .hasMessageContaining("KP201")
                .hasMessageContaining(ToyKernel.RELEASE);
        assertThatThrownBy(() -> kernels()
                        .locate(new KernelRequest(
                                Optional.empty(), good, Optional.of("gcc-none"), DebugPackage.AUTO, false, 1, false))
                        .prepared())
                .hasMessageContaining("KP101")
                .hasMessageContaining("gcc-none");
        GivenPieces noElf = new GivenPieces(
                Optional.empty(),
                good.source(),
                good.config(),
                Optional.of(text),
                good.symvers(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        assertThatThrownBy(() -> kernels().locate(request(noElf)).prepared()).hasMessageContaining("KP209");
        assertThat(trees()).isEmpty();
        assertThat(started).noneMatch(line -> line.contains(" prepare"));
    }

    @Test
    void everyGivenPieceIsReadBeforeAnythingLong() throws IOException {
        ToyKernel toy = new ToyKernel(folder);
        GivenPieces good = toy.pieces();
        Path cut = Files.writeString(folder.resolve("cut.symvers"), "0x12345678\tprintk\tvmlinux\tEXPORT_SY");
        Path junk = Files.writeString(folder.resolve("junk"), "junk\n".repeat(300_000));

        assertRefusedAtOnce(with(good, good.config(), Optional.of(cut)), "KP214");
        assertRefusedAtOnce(with(good, Optional.of(junk), good.symvers()), "KP217");
        assertRefusedAtOnce(pinned(good, "0".repeat(64)), "KP206");
    }

    private void assertRefusedAtOnce(GivenPieces given, String code) {
        assertThatThrownBy(() -> kernels().locate(request(given)).target())
                .hasMessageContaining(code)
                .extracting(problem -> problem.getMessage().lines().count())
                .isEqualTo(1L);
        assertThat(started).isEmpty();
        assertThat(folder.resolve("cache/trees")).doesNotExist();
    }

    private static GivenPieces with(GivenPieces given, Optional<Path> config, Optional<Path> symvers) {
        return new GivenPieces(
                Optional.empty(),
                given.source(),
                config,
                given.vmlinux(),
                symvers,
                given.modulesDirectory(),
                given.bootImage(),
                given.sha256());
    }

    @Test
    void aSizeThatDoesNotDivideItsTableIsRefused() {
        ToyKernel toy = new ToyKernel(folder);
        GivenPieces given = toy.pieces();
        ToyKernel.write(folder.resolve("table"), "x".repeat(25));
        NativeTools.run(
                folder,
                "objcopy",
                "--add-section",
                ".altinstructions=" + folder.resolve("table"),
                given.vmlinux().orElseThrow().toString());

        assertThatThrownBy(() -> kernels().locate(request(given)).target())
                .hasMessageContaining("KP219")
                .hasMessageContaining("alt_instr has 12 bytes")
                .hasMessageContaining("of 25 bytes");
    }

    @Test
    void aSizeThatDoesNotDivideATableAmongOtherDataIsRefused() {
        ToyKernel toy = new ToyKernel(folder);
        GivenPieces given = toy.pieces();
        NativeTools.run(
                folder,
                "objcopy",
                "--add-symbol",
                "__start___ex_table=0x1000",
                "--add-symbol",
                "__stop___ex_table=0x100d",
                given.vmlinux().orElseThrow().toString());

        assertThatThrownBy(() -> kernels().locate(request(given)).target())
                .hasMessageContaining("KP219")
                .hasMessageContaining("exception_table_entry has 12 bytes")
                .hasMessageContaining("of 13 bytes");
    }

    @Test
    void aTreeThatChangesTheConfigIsRefusedOptionByOption() throws IOException {
        ToyKernel toy = new ToyKernel(folder)
                .config("CONFIG_DEBUG_INFO_BTF_MODULES=y\nCONFIG_SMP=y\n")
                .replaceInMakefile("$(SED)", "-e '/SMP=/d' -e '/BTF_MODULES/d'");

        assertThatThrownBy(() -> kernels().locate(request(toy.pieces())).prepared())
                .hasMessageContaining("KP204 CONFIG_SMP")
                .hasMessageContaining("KP204 CONFIG_DEBUG_INFO_BTF_MODULES")
                .hasMessageContaining("pahole");
        assertThat(trees()).isEmpty();
    }

    @Test
    void sourceOfAnotherVersionIsRefused() throws IOException {
        ToyKernel toy = new ToyKernel(folder).replaceInMakefile("SUBLEVEL = 10", "SUBLEVEL = 11");
        assertThatThrownBy(() -> kernels().locate(request(toy.pieces())).prepared())
                .hasMessageContaining("KP205")
                .hasMessageContaining("6.1.11")
                .hasMessageContaining("6.1.10-2");

        ToyKernel right = new ToyKernel(Files.createDirectory(folder.resolve("right")));
        Path otherRevision = right.sourcePackage(folder.resolve("other.deb"), "6.1.10-1");
        assertThatThrownBy(() ->
                        kernels().locate(request(right.pieces(otherRevision))).prepared())
                .hasMessageContaining("KP205")
                .hasMessageContaining("6.1.10-1")
                .hasMessageContaining("6.1.10-2");
        assertThat(trees()).isEmpty();
    }

    @Test
    void anotherCompilerIsRefusedBeforeAnythingIsBuilt() throws IOException {
        ToyKernel toy = new ToyKernel(folder);
        GivenPieces pieces = toy.pieces();
        Path vmlinux = pieces.vmlinux().orElseThrow();
        Files.write(folder.resolve("comment"), "GCC: (Other 1.2.3) 1.2.3\0".getBytes(StandardCharsets.US_ASCII));
        NativeTools.run(
                folder, "objcopy", "--update-section", ".comment=" + folder.resolve("comment"), vmlinux.toString());

        assertThatThrownBy(() -> kernels().locate(request(pieces)).prepared())
                .hasMessageContaining("KP102")
                .hasMessageContaining("GCC: (Other 1.2.3) 1.2.3");
        assertThat(trees()).isEmpty();
    }

    @Test
    void modulesOfAnotherKernelAreRefused() throws IOException {
        ToyKernel toy = new ToyKernel(folder);
        GivenPieces pieces = toy.pieces();
        Path object = NativeTools.compile(
                folder,
                "other_module",
                "const char modinfo[] __attribute__((section(\".modinfo\"))) = \"vermagic=6.1.0-8-amd64 SMP\";\n");
        Files.copy(object, folder.resolve("modules/other.ko"));

        assertThatThrownBy(() -> kernels().locate(request(pieces)).prepared())
                .hasMessageContaining("KP503 other")
                .hasMessageContaining("6.1.0-8-amd64")
                .hasMessageContaining(ToyKernel.RELEASE);
    }

    @Test
    void aMakeThatFailsLeavesNothingAndShowsItsError() throws IOException {
        ToyKernel toy =
                new ToyKernel(folder).replaceInMakefile("$(FAIL)", "echo 'x.c:1: error: no such thing'; exit 2;");

        assertThatThrownBy(() -> kernels().locate(request(toy.pieces())).prepared())
                .hasMessageContaining("KP103")
                .hasMessageContaining("x.c:1: error: no such thing");
        assertThat(trees()).isEmpty();
    }

    @Test
    void whatAKilledBuildLeftIsNotTrusted() throws IOException {
        KernelRequest request = request(new ToyKernel(folder).pieces());
        PreparedKernel kernel = kernels().locate(request).prepared();
        Path trees = kernel.tree().getParent().getParent();
        // As if a build had been killed just before the last step, and another one in a tree nobody wants any more.
        Path partial = trees.resolve(kernel.digest() + ".partial");
        Files.move(trees.resolve(kernel.digest()), partial);
        Files.delete(partial.resolve("linux/Module.symvers"));
        ToyKernel.write(trees.resolve("0123.partial/linux/Makefile"), "half");

        PreparedKernel again = kernels().locate(request).prepared();

        assertThat(again.digest()).isEqualTo(kernel.digest());
        assertThat(again.tree().resolve("Module.symvers")).exists();
        assertThat(trees()).containsExactly(kernel.digest());
    }

    @Test
    void twoBuildsAtOncePrepareOneTree() throws Exception {
        KernelRequest request = request(new ToyKernel(folder).pieces());
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<PreparedKernel> one =
                    threads.submit(() -> kernels().locate(request).prepared());
            Future<PreparedKernel> two =
                    threads.submit(() -> kernels().locate(request).prepared());
            assertThat(one.get()).isEqualTo(two.get());
        } finally {
            threads.shutdownNow();
        }
        assertThat(started.stream().filter(line -> line.contains("olddefconfig")))
                .hasSize(1);
    }

    @Test
    void theProjectsConfigIsComparedOptionByOption() {
        ToyKernel toy = new ToyKernel(folder);
        TargetKernel target = kernels().locate(request(toy.pieces())).target();
        String config = "CONFIG_X86_64=y\nCONFIG_LIVEPATCH=y\n";

        assertThatThrownBy(
                        () -> Kernels.checkConfig("kernel.config", config.getBytes(StandardCharsets.US_ASCII), target))
                .hasMessageContaining("KP211 kernel.config, CONFIG_MODULES")
                .hasMessageContaining("KP211 kernel.config, CONFIG_UNWINDER_ORC")
                .hasMessageNotContaining("CONFIG_X86_64");
    }

    private List<String> trees() throws IOException {
        Path trees = folder.resolve("cache/trees");
        if (!Files.isDirectory(trees)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(trees)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
