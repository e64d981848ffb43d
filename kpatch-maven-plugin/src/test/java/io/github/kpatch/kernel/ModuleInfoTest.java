package io.github.kpatch.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.testing.NativeTools;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModuleInfoTest {
    @TempDir
    private Path folder;

    private ModuleInfo info(String... entries) {
        StringBuilder source = new StringBuilder();
        for (int i = 0; i < entries.length; i++) {
            source.append("const char entry").append(i).append("[] __attribute__((section(\".modinfo\"))) = \"");
            source.append(entries[i]).append("\";\n");
        }
        Path file = NativeTools.compile(folder, "module", source.toString(), "-fno-toplevel-reorder");
        return ModuleInfo.of(ElfFile.open(ByteSource.of("module.ko", NativeTools.bytes(file))));
    }

    @Test
    void readsKeysAndValues() {
        ModuleInfo info = info(
                "license=GPL",
                "alias=fs-a",
                "alias=fs-b=c",
                "name=some_fs",
                "depends=libcrc32c,crc16",
                "import_ns=CRYPTO_INTERNAL",
                "vermagic=6.1.0-56-amd64 SMP preempt mod_unload modversions ");
        assertThat(info.all("alias")).containsExactly("fs-a", "fs-b=c");
        assertThat(info.name()).contains("some_fs");
        assertThat(info.depends()).containsExactly(KernelObject.named("libcrc32c"), KernelObject.named("crc16"));
        assertThat(info.importedNamespaces()).containsExactly("CRYPTO_INTERNAL");
        assertThat(info.vermagic()).contains("6.1.0-56-amd64 SMP preempt mod_unload modversions ");
        assertThat(info.isLivepatch()).isFalse();
        assertThat(info.first("nothing")).isEmpty();
    }

    @Test
    void knowsALivepatch() {
        ModuleInfo info = info("livepatch=Y", "depends=");
        assertThat(info.isLivepatch()).isTrue();
        assertThat(info.depends()).isEmpty();
    }

    @Test
    void refusesWhatIsNoModule() {
        Path file = NativeTools.compile(folder, "plain", "int x;\n");
        ElfFile elf = ElfFile.open(ByteSource.of("plain.o", NativeTools.bytes(file)));
        assertThatThrownBy(() -> ModuleInfo.of(elf)).hasMessageStartingWith("KP404 plain.o: It has no .modinfo");
    }
}
