package io.github.kpatch.livepatch.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.kernelimage.LinkedObject;
import io.github.kpatch.livepatch.ModuleFolder;
import io.github.kpatch.testing.KernelFlags;
import io.github.kpatch.testing.NativeTools;
import io.github.kpatch.testing.ToyVmlinux;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three files with functions and variables of the same names, linked and stripped as kernels and modules are shipped. */
class ShippedCodeTest {
    private static final String SOURCE = """
            static int state[4];
            static int once;
            static __attribute__((noinline)) int show(int x) { state[x & 3]++; return x * %1$d; }
            static __attribute__((noinline, used)) int hook(int x) { return x * 1%1$d; }
            int first%1$d(int x) { once++; return show(x) + state[0]; }
            """;

    @TempDir
    private Path folder;

    private Path compile(String name, String source, String... more) {
        List<String> flags = new ArrayList<>(KernelFlags.CODE);
        flags.addAll(KernelFlags.FTRACE);
        flags.addAll(List.of(more));
        return NativeTools.compile(folder, name, source, flags.toArray(String[]::new));
    }

    private String[] shipped() {
        return List.of(3, 5, 7).stream()
                .map(number -> compile(
                                "shipped" + number,
                                SOURCE.formatted(number),
                                "-fno-function-sections",
                                "-fno-data-sections")
                        .getFileName()
                        .toString())
                .toArray(String[]::new);
    }

    private static void tellsNamesakesApart(LinkedObject linked, List<ElfObject> originals) {
        for (int i = 0; i < originals.size(); i++) {
            ShippedCode code = new ShippedCode(linked, originals.get(i), ModuleFolder.X86);
            for (String name : List.of("state", "once", "show", "hook")) {
                List<ParentSymbols.Entry> namesakes = linked.symbols().localsNamed(name);
                assertThat(namesakes).as(name).hasSize(originals.size());
                for (int other = 0; other < namesakes.size(); other++) {
                    assertThat(code.mayBe(namesakes.get(other)))
                            .as("%s of file %d is that of file %d", name, other, i)
                            .isEqualTo(other == i);
                }
            }
        }
    }

    private List<ElfObject> originals() {
        return List.of(3, 5, 7).stream()
                .map(number ->
                        ElfReader.read("unit.o", NativeTools.bytes(compile("unit" + number, SOURCE.formatted(number)))))
                .toList();
    }

    @Test
    void aKernelsCodeTellsNamesakesApart() {
        tellsNamesakesApart(
                LinkedObject.kernel(
                        ElfFile.open(ByteSource.of("vmlinux", NativeTools.bytes(ToyVmlinux.link(folder, shipped()))))),
                originals());
    }

    @Test
    void aModulesCodeTellsNamesakesApart() {
        List<String> link = new ArrayList<>(List.of("ld", "-r", "-o", "module.ko"));
        link.addAll(List.of(shipped()));
        NativeTools.run(folder, link.toArray(String[]::new));
        NativeTools.run(folder, "strip", "--strip-debug", "module.ko");
        tellsNamesakesApart(
                LinkedObject.module(
                        ElfFile.open(ByteSource.of("module.ko", NativeTools.bytes(folder.resolve("module.ko"))))),
                originals());
    }
}
