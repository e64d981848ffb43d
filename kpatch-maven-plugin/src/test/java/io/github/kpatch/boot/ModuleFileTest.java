package io.github.kpatch.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleInfo;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Modules as distributions ship them. */
class ModuleFileTest {
    @TempDir
    private Path folder;

    private static ModuleFile moduleFile(Path path) {
        return ModuleFile.of(path).orElseThrow();
    }

    @Test
    void theNameIsThatOfTheFileWithUnderscores() {
        assertThat(moduleFile(Path.of("a/crc32c-intel.ko.xz")).module()).isEqualTo(KernelObject.named("crc32c_intel"));
        assertThat(ModuleFile.of(Path.of("a/xfs.ko"))).isPresent();
        assertThat(ModuleFile.of(Path.of("a/xfs.ko.lz4"))).isEmpty();
        assertThat(ModuleFile.of(Path.of("a/modules.dep"))).isEmpty();
    }

    @Test
    void readsWhatModinfoReads() throws IOException {
        Path file = TestModules.module(
                folder.resolve("libcrc32c.ko"),
                "name=libcrc32c",
                "softdep=pre: crc32c blake2b-256 post: late",
                "softdep=pre: other",
                "alias=crypto-crc32c",
                "depends=nf-tables,jbd2");

        ModuleInfo info = moduleFile(file).info();

        assertThat(info.name()).contains("libcrc32c");
        assertThat(info.depends()).containsExactly(KernelObject.named("nf_tables"), KernelObject.named("jbd2"));
        assertThat(info.softDependencies()).containsExactly("crc32c", "blake2b_256", "other");
        assertThat(info.aliases()).containsExactly("crypto_crc32c");
        assertThat(NativeTools.run(folder, "/sbin/modinfo", "-F", "depends", "./libcrc32c.ko")
                        .out())
                .contains("nf-tables,jbd2");
    }

    @Test
    void aModuleWithoutDependenciesHasNone() throws IOException {
        Path file = TestModules.module(folder.resolve("a.ko"), "depends=", "license=GPL");

        assertThat(moduleFile(file).info().depends()).isEmpty();
        assertThat(moduleFile(file).info().softDependencies()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"xz, .xz", "zstd, .zst", "gzip, .gz"})
    void compressedModulesAreUnpacked(String program, String suffix) throws IOException {
        Path plain = TestModules.module(folder.resolve("a.ko"), "depends=b");
        byte[] bytes = Files.readAllBytes(plain);
        NativeTools.run(folder, program, "-q", "a.ko");

        ModuleFile module = moduleFile(folder.resolve("a.ko" + suffix));

        assertThat(module.bytes()).isEqualTo(bytes);
        assertThat(module.info().depends()).containsExactly(KernelObject.named("b"));
    }

    @ParameterizedTest
    @CsvSource({"xz, .xz", "zstd, .zst", "gzip, .gz"})
    void aModuleCutShortIsRefused(String program, String suffix) throws IOException {
        TestModules.module(folder.resolve("a.ko"), "depends=b");
        NativeTools.run(folder, program, "-q", "a.ko");
        Path file = folder.resolve("a.ko" + suffix);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));

        assertThatThrownBy(() -> moduleFile(file).bytes())
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problems())
                                .singleElement()
                                .matches(problem -> problem.code() == ProblemCode.ARCHIVE_DAMAGED));
    }

    @Test
    void aFileThatIsNoElfIsRefused() throws IOException {
        Path file = folder.resolve("a.ko");
        Files.writeString(file, "junk");

        assertThatThrownBy(() -> moduleFile(file).info()).isInstanceOf(ProblemException.class);
    }
}
