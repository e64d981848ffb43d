package io.github.kpatch.livepatch;

import static io.github.kpatch.livepatch.ModuleFolder.MODERN;
import static io.github.kpatch.livepatch.ModuleFolder.X86;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.kernel.ModuleSignature;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModuleContentsTest {
    private static final String INFO = """
            static const char %1$s[] __attribute__((used, section(".modinfo"), aligned(1))) = "%2$s";
            """;

    @TempDir
    Path folder;

    private byte[] module;

    @BeforeEach
    void makeModule() {
        ModuleFolder source = new ModuleFolder(folder);
        Path linked = source.link(
                ModuleFolder.description("x", true),
                MODERN,
                List.of(
                        source.unit("first", 11, "vmlinux", "vmlinux", true),
                        source.unit("second", 22, "some_mod", "some_mod", false)));
        NativeTools.compile(
                folder,
                "mod",
                INFO.formatted("a", "vermagic=6.1.0-56-amd64 SMP ") + INFO.formatted("b", "depends=some_mod,other"));
        NativeTools.run(folder, "ld", "-r", "-o", "module.ko", linked.toString(), "mod.o");
        module = FinishModule.finish(
                "x.ko",
                NativeTools.bytes(folder.resolve("module.ko")),
                new KernelRelease("6.1.0-56-amd64"),
                X86,
                StructSizes.of(Map.of()));
    }

    @Test
    void aModuleTellsWhatItIs() {
        ModuleContents contents = ModuleContents.of("x.ko", module);

        assertThat(contents.architecture()).isEqualTo("x86_64");
        assertThat(contents.info().vermagic()).contains("6.1.0-56-amd64 SMP ");
        assertThat(contents.info().depends()).extracting(KernelObject::name).containsExactly("some_mod", "other");
        assertThat(contents.info().all("kpatch_layout")).containsExactly("struct one");
        assertThat(contents.functions()).hasValueSatisfying(functions -> {
            assertThat(functions.keySet()).extracting(KernelObject::name).containsExactly("some_mod", "vmlinux");
            assertThat(functions.values().stream().flatMap(List::stream).map(name -> name.replaceAll(",.*", "")))
                    .containsExactlyInAnyOrder("first", "second");
        });
        assertThat(contents.relocations().keySet())
                .extracting(KernelObject::name)
                .containsExactly("some_mod", "vmlinux");
        assertThat(contents.relocations().values()).allMatch(count -> count > 0);
        assertThat(contents.signature()).isEmpty();
    }

    @Test
    void aSignatureIsSeen() {
        ModuleSignature signature = new ModuleSignature(Bytes.copyOf(module), Bytes.copyOf(new byte[] {0x30, 0}));

        assertThat(ModuleContents.of("x.ko", signature.toFile()).signature()).contains(signature);
    }

    @Test
    void aLivepatchWithoutTableIsOneToo() {
        NativeTools.compile(folder, "hand", INFO.formatted("a", "livepatch=Y"));

        assertThat(ModuleContents.of("hand.ko", NativeTools.bytes(folder.resolve("hand.o")))
                        .functions())
                .isEmpty();
    }

    private void refused(byte[] bytes, String... texts) {
        assertThatThrownBy(() -> ModuleContents.of("x.ko", bytes)).hasMessageContainingAll(texts);
    }

    @Test
    void whatIsNoLivepatchIsRefused() {
        refused("text".getBytes(StandardCharsets.US_ASCII), "KP209 x.ko");
        refused(new byte[0], "KP209 x.ko");
        NativeTools.compile(folder, "plain", "int plain;");
        refused(NativeTools.bytes(folder.resolve("plain.o")), "KP704 x.ko", "no kernel module");
        NativeTools.compile(folder, "driver", INFO.formatted("a", "license=GPL"));
        refused(NativeTools.bytes(folder.resolve("driver.o")), "KP704 x.ko", "no live patch");
    }

    @Test
    void anotherMachineIsRefused() {
        module[18] = (byte) 183;

        refused(module, "KP704 x.ko", "183", "x86_64");
    }

    @Test
    void compressedModulesAreRefused() {
        refused(new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0}, "KP704 x.ko", "xz -dk");
        refused(new byte[] {0x1f, (byte) 0x8b, 8, 0}, "KP704 x.ko", "gzip -dk");
        refused(new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd}, "KP704 x.ko", "zstd -d");
    }

    @Test
    void whatIsCutShortIsRefused() {
        for (int length : new int[] {70, module.length / 3, module.length - 1}) {
            assertThatThrownBy(() -> ModuleContents.of("x.ko", Arrays.copyOf(module, length)))
                    .isInstanceOf(ProblemException.class);
        }
    }

    @Test
    void whatIsDamagedIsReadOrRefused() {
        Random random = new Random(12);
        int refused = 0;
        for (int i = 0; i < 4000; i++) {
            byte[] damaged = module.clone();
            // What decides stands in the section headers at the end.
            int from = random.nextBoolean() ? 0 : module.length - module.length / 3;
            for (int change = random.nextInt(3); change >= 0; change--) {
                damaged[from + random.nextInt(module.length - from)] = (byte) random.nextInt();
            }
            try {
                ModuleContents.of("x.ko", damaged);
            } catch (ProblemException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(400, 3900);
    }
}
