package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Tools;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutOfTreeLayerTest {
    @TempDir
    Path folder;

    private PreparedKernel kernel;
    private Path source;
    private Path module;

    @BeforeEach
    void prepare() {
        kernel = kernels()
                .locate(new KernelRequest(
                        Optional.empty(),
                        new ToyKernel(folder).pieces(),
                        Optional.empty(),
                        DebugPackage.AUTO,
                        false,
                        2,
                        false))
                .prepared();
        source = folder.resolve("mine");
        ToyKernel.write(source.resolve("Kbuild"), "obj-m := my-extra.o\n");
        ToyKernel.write(source.resolve("part/extra.c"), "int extra;\n");
        ToyKernel.write(source.resolve("Module.symvers"), export("extra_export"));
        module = module("my-extra", ToyKernel.RELEASE);
    }

    private Kernels kernels() {
        KernelCache cache = new KernelCache(folder.resolve("cache"), line -> {});
        CommandRunner runner = new CommandRunner(line -> {});
        return new Kernels(
                cache,
                runner,
                Progress.NONE,
                new Tools(runner, cache.memo()),
                folder.resolve("no-root"),
                DistributionChoice.HERE);
    }

    private static String export(String symbol) {
        return "0x00000007\t" + symbol + "\t/somewhere/my-extra\tEXPORT_SYMBOL\t\n";
    }

    private Path module(String name, String release) {
        Path object = NativeTools.compile(
                folder,
                name,
                "int extra_variable;\nconst char modinfo[] __attribute__((section(\".modinfo\"))) = \"vermagic="
                        + release + " SMP\";\n");
        return Folders.doing(object, () -> Files.move(object, folder.resolve(name + ".ko")));
    }

    private PreparedKernel layOver(List<Path> modules, Path... symvers) {
        return kernels().layOver(kernel, new OutOfTreeModules(source, modules, List.of(symvers)));
    }

    private void refused(ThrowingCallable call, String code, String what) {
        assertThatThrownBy(call).hasMessageContaining(code).hasMessageContaining(what);
        assertThat(folder.resolve("cache/trees").toFile().list())
                .as("trees, none of them half made")
                .hasSize(1);
    }

    @Test
    void aModuleLiesOverTheKernelWhichStaysAsItWas() throws IOException {
        String before = FolderContents.of(kernel.tree()).digest();
        Path other = ToyKernel.write(folder.resolve("other.symvers"), export("other_export"));

        PreparedKernel over = layOver(List.of(module), other);

        TargetFacts facts = new TargetFacts(over.target());
        assertThat(facts.symbols("my_extra").globalsNamed("extra_variable")).hasSize(1);
        assertThat(facts.symbols("vmlinux").entries())
                .isEqualTo(new TargetFacts(kernel.target()).symbols("vmlinux").entries());
        assertThat(facts.symvers().exportsNamed("extra_export"))
                .extracting(export -> export.owner())
                .containsExactly("my_extra");
        assertThat(facts.symvers().exportsNamed("other_export")).hasSize(1);
        assertThat(over.sources().resolve("part/extra.c")).hasContent("int extra;\n");
        assertThat(over.tree().resolve(over.inTree("part/extra.c"))).hasContent("int extra;\n");
        assertThat(over.sourceFiles("part")).containsExactly("part/extra.c");
        assertThat(over.tree().resolve("include/generated/utsrelease.h"))
                .hasSameBinaryContentAs(kernel.tree().resolve("include/generated/utsrelease.h"));
        assertThat(over.laidOver().orElseThrow().modules().resolve("my_extra.ko"))
                .hasSameBinaryContentAs(module);
        assertThat(FolderContents.of(kernel.tree()).digest()).isEqualTo(before);
        assertThat(source.toFile().list()).containsExactlyInAnyOrder("Kbuild", "part", "Module.symvers");
    }

    @Test
    void whateverIsGivenCounts() {
        PreparedKernel first = layOver(List.of(module));
        assertThat(layOver(List.of(module))).isEqualTo(first);

        ToyKernel.write(source.resolve("part/extra.c"), "int extra = 2;\n");
        PreparedKernel otherSource = layOver(List.of(module));
        NativeTools.run(folder, "objcopy", "--add-symbol", "another=.data:0,object", module.toString());
        PreparedKernel otherModule = layOver(List.of(module));
        ToyKernel.write(source.resolve("Module.symvers"), export("renamed_export"));
        PreparedKernel otherExports = layOver(List.of(module));

        assertThat(List.of(first.digest(), otherSource.digest(), otherModule.digest(), otherExports.digest()))
                .doesNotHaveDuplicates();
        assertThat(otherSource.target()).isEqualTo(first.target());
    }

    @Test
    void aModuleOfAnotherKernelIsRefused() {
        Path foreign = module("foreign", "6.1.0-8-amd64");

        refused(() -> layOver(List.of(foreign)), "KP503", "6.1.0-8-amd64");
    }

    @Test
    void aFileThatDoesNotSayItsKernelIsRefused() {
        Path silent = NativeTools.compile(folder, "silent", "int x;\n");
        Path named = Folders.doing(silent, () -> Files.move(silent, folder.resolve("silent.ko")));

        refused(() -> layOver(List.of(named)), "KP503", "does not say");
    }

    @Test
    void whatIsNotThereIsNamed() {
        Path missing = folder.resolve("missing.ko");

        refused(() -> layOver(List.of()), "KP210", "No built module is given");
        refused(() -> layOver(List.of(missing)), "KP210", missing.toString());
        refused(() -> layOver(List.of(source.resolve("Kbuild"))), "KP210", "not the file of a module");
        refused(() -> layOver(List.of(module, module)), "KP210", "of this module's name");
        refused(() -> layOver(List.of(module), folder.resolve("no.symvers")), "KP210", "no.symvers");
        source = folder.resolve("mine/part");
        refused(() -> layOver(List.of(module)), "KP210", "neither a Kbuild file nor a Makefile");
    }

    @Test
    void exportsThatWereCutShortAreRefused() {
        Path cut = ToyKernel.write(
                folder.resolve("cut.symvers"), export("a") + export("b").strip());

        refused(() -> layOver(List.of(module), cut), "KP2", "middle of a line");
    }

    @Test
    void whatIsNoElfFileIsRefused() {
        Path text = ToyKernel.write(folder.resolve("text.ko"), "no module\n");

        refused(() -> layOver(List.of(text)), "KP2", "text.ko");
    }
}
