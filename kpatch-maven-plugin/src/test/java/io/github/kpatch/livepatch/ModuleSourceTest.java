package io.github.kpatch.livepatch;

import static io.github.kpatch.livepatch.ModuleFolder.MODERN;
import static io.github.kpatch.livepatch.ModuleFolder.X86;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The module's source is compiled, linked by its own linker script with real units, and run against a stand-in core. */
class ModuleSourceTest {
    @TempDir
    Path folder;

    private ModuleFolder module;

    @BeforeEach
    void setUp() {
        module = new ModuleFolder(folder);
    }

    private String run(LivepatchInterface api) {
        NativeTools.run(
                folder,
                "gcc",
                "-no-pie",
                "-Iinclude",
                api.registers() ? "-DREGISTERS" : "-DENABLES",
                "-o",
                "program",
                "core.c",
                "linked.o");
        return NativeTools.run(folder, "./program").out();
    }

    private List<PatchUnit> units() {
        return List.of(
                module.unit("first", 11, "vmlinux", "vmlinux", true),
                module.unit("second", 22, "some_mod", "some_mod", true),
                module.unit("third", 33, "vmlinux", "vmlinux", false));
    }

    @Test
    void handsEveryFunctionAndCallbackToTheCore() {
        module.link(ModuleFolder.description("", true), MODERN, units());

        assertThat(run(MODERN)).isEqualTo("""
                enable replace=1
                object NULL
                  first,11 returns 11
                  third,33 returns 33
                  pre_patch returns -7
                  has post_unpatch
                object some_mod
                  second,22 returns 22
                  pre_patch returns -7
                  has post_unpatch
                """);
    }

    /** The core relocates a module's code for the objects of its patch only: without one the field would stay zero. */
    @Test
    void namesAnObjectThatCodeWaitsForThoughNothingOfItIsReplaced() {
        List<PatchUnit> units =
                List.of(module.unit("only", 3, "vmlinux", "vmlinux", false), module.unitThatWaits("waits", "some_mod"));
        module.link(ModuleFolder.description("", true), MODERN, units);

        assertThat(run(MODERN)).isEqualTo("""
                enable replace=1
                object NULL
                  only,3 returns 3
                object some_mod
                """);
        assertThat(ModuleSource.objects(units, X86))
                .containsExactly(KernelObject.named("some_mod"), KernelObject.VMLINUX);
    }

    @Test
    void registersWhereTheKernelWantsIt() {
        LivepatchInterface old = new LivepatchInterface(true, false);
        module.link(ModuleFolder.description("", true), old, List.of(module.unit("only", 3, "vmlinux", "m", false)));

        assertThat(run(old)).isEqualTo("""
                register replace=0
                object NULL
                  only,3 returns 3
                enable replace=0
                object NULL
                  only,3 returns 3
                unregister
                """);
    }

    @Test
    void replacesOnlyWhenAskedTo() {
        module.link(ModuleFolder.description("", false), MODERN, List.of(module.unit("only", 3, "m", "m", false)));

        assertThat(run(MODERN)).startsWith("enable replace=0\nobject m\n");
    }

    @Test
    void saysInModinfoWhatItIsByteForByte() throws Exception {
        String text = "\"quoted\" \\ back\\slash ??/ trigraph %s\n   and\ta t\u00fcrk\u00e7e \u6f22 line\u00001";
        Path linked = module.link(
                ModuleFolder.description(text, true), MODERN, List.of(module.unit("only", 3, "vmlinux", "m", false)));
        NativeTools.run(folder, "objcopy", "-O", "binary", "-j", ".modinfo", linked.toString(), "modinfo.bin");

        String modinfo = Files.readString(folder.resolve("modinfo.bin"), StandardCharsets.UTF_8);

        assertThat(modinfo.split("\0"))
                .containsExactlyInAnyOrder(
                        "license=GPL",
                        "livepatch=Y",
                        "description=\"quoted\" \\ back\\slash ??/ trigraph %s and a t\u00fcrk\u00e7e \u6f22 line 1",
                        "author=A. U. Thor",
                        "version=1.2",
                        "kpatch_source=0001-one.patch sha256:0a",
                        "kpatch_source=0002-two.patch sha256:0b",
                        "kpatch_layout=struct one",
                        "kpatch_cve=CVE-2026-12345");
    }

    @Test
    void theFolderHoldsAllThatKbuildNeedsAndIsTheSameEachTime() {
        List<PatchUnit> units = units();
        SortedMap<String, Bytes> files =
                ModuleSource.files(ModuleFolder.description("x", true), MODERN, units, X86, List.of());

        assertThat(files.keySet())
                .containsExactly(
                        "COPYING",
                        "Kbuild",
                        "kpatch.lds",
                        "kpatch.module.c",
                        "objects/fs/.first.o.cmd",
                        "objects/fs/.second.o.cmd",
                        "objects/fs/.third.o.cmd",
                        "objects/fs/first.o",
                        "objects/fs/second.o",
                        "objects/fs/third.o");
        assertThat(text(files, "Kbuild")).isEqualTo("""
                # SPDX-License-Identifier: GPL-2.0-only
                obj-m := kpatch-test.o
                kpatch-test-y := kpatch.module.o \\
                \tobjects/fs/first.o \\
                \tobjects/fs/second.o \\
                \tobjects/fs/third.o
                ldflags-y += -T $(src)/kpatch.lds
                """);
        assertThat(text(files, "kpatch.module.c"))
                .startsWith("// SPDX-License-Identifier: GPL-2.0-only\n")
                .doesNotContain("@");
        assertThat(text(files, "COPYING")).contains("GNU GENERAL PUBLIC LICENSE");
        assertThat(ModuleSource.files(ModuleFolder.description("x", true), MODERN, units, X86, List.of()))
                .isEqualTo(files);
    }

    private static String text(SortedMap<String, Bytes> files, String name) {
        return new String(files.get(name).toArray(), StandardCharsets.US_ASCII);
    }

    @Test
    void refusesWhatTheCoreWouldRefuse() {
        List<PatchUnit> units = List.of(
                module.unit("one", 1, "vmlinux", "vmlinux", true),
                new PatchUnit(
                        "other/one.o",
                        module.unit("one", 1, "vmlinux", "vmlinux", true).object()));

        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> ModuleSource.files(ModuleFolder.description("", true), MODERN, units, X86, List.of()))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(ProblemException.Kind.FINDINGS))
                .satisfies(e -> assertThat(e.problems())
                        .extracting(Problem::code)
                        .containsExactly(
                                ProblemCode.FUNCTION_PATCHED_TWICE,
                                ProblemCode.CALLBACK_INVALID,
                                ProblemCode.CALLBACK_INVALID))
                .withMessageContaining("other/one.o: one")
                .withMessageContaining("fs/one.o");
    }
}
