package io.github.kpatch.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelObjectTest {
    @Test
    void aModuleHasOneName() {
        assertThat(KernelObject.named("nf-tables")).isEqualTo(KernelObject.named("nf_tables"));
        assertThat(KernelObject.named("nf-tables")).hasToString("nf_tables");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nf-tables.ko",
                "kernel/net/nf_tables.ko.xz",
                "/lib/nf-tables.ko.zst",
                "nf-tables.ko.gz",
                "nf-tables.ko.debug"
            })
    void aFileNamesItsModule(String path) {
        assertThat(KernelObject.ofModuleFile(path)).contains(new KernelObject("nf_tables"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nf-tables.ko.debugger", "nf-tables.o", ".ko", "folder.ko/nf-tables", "modules.dep"})
    void noModulesFile(String path) {
        assertThat(KernelObject.ofModuleFile(path)).isEmpty();
    }

    @Test
    void onlyVmlinuxIsNoModule() {
        assertThat(KernelObject.VMLINUX.isModule()).isFalse();
        assertThat(KernelObject.named("toy").isModule()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a-b"})
    void theKernelHasNoSuchNames(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new KernelObject(name));
    }
}
