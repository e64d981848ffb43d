package io.github.kpatch.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.testing.NativeTools;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A linked file with a banner stands for a vmlinux. */
class KernelIdentityTest {
    private static final String BANNER = "Linux version 6.1.0-56-amd64 (someone@example.org) (gcc-12 (Debian 12.2.0-14)"
            + " 12.2.0, GNU ld 2.40) #1 SMP Debian 6.1.192-2 (2026-01-01)";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void link() {
        NativeTools.compile(
                folder,
                "kernel",
                "const char before[] = \"not this\"; const char linux_banner[] = \"" + BANNER + "\\n\"; int start;\n");
        NativeTools.run(folder, "ld", "-Ttext=0xffffffff81000000", "-e", "start", "-o", "vmlinux", "kernel.o");
    }

    private static KernelIdentity identity(String name) {
        return KernelIdentity.of(ElfFile.open(ByteSource.of(name, NativeTools.bytes(folder.resolve(name)))));
    }

    @Test
    void readsBannerReleaseAndCompiler() {
        KernelIdentity identity = identity("vmlinux");
        assertThat(identity.banner()).isEqualTo(BANNER);
        assertThat(identity.release()).isEqualTo(new KernelRelease("6.1.0-56-amd64"));
        assertThat(identity.compilers())
                .singleElement()
                .satisfies(compiler -> assertThat(compiler).startsWith("GCC: ("));
        assertThat(NativeTools.run(folder, "readelf", "-p", ".comment", "vmlinux")
                        .out())
                .contains(identity.compilers().get(0));
    }

    @Test
    void refusesWhatIsNoKernel() {
        NativeTools.run(folder, "objcopy", "--only-keep-debug", "vmlinux", "debug-only");
        assertThatThrownBy(() -> identity("debug-only"))
                .hasMessageStartingWith("KP210 debug-only: Its linux_banner has no contents here");
        NativeTools.run(folder, "strip", "-o", "stripped", "vmlinux");
        assertThatThrownBy(() -> identity("stripped")).hasMessageStartingWith("KP213 stripped");
        NativeTools.compile(folder, "other", "const char linux_banner[] = \"Hello\"; int start;\n");
        assertThatThrownBy(() -> identity("other.o"))
                .hasMessageStartingWith("KP210 other.o: Its linux_banner does not");
        NativeTools.compile(folder, "none", "int start;\n");
        assertThatThrownBy(() -> identity("none.o")).hasMessageStartingWith("KP210 none.o: It has no symbol");
    }
}
