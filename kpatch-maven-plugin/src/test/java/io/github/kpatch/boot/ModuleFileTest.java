package io.github.kpatch.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

    @Test
    void theNameIsThatOfTheFileWithUnderscores() {
        assertThat(new ModuleFile(Path.of("a/crc32c-intel.ko.xz")).name()).isEqualTo("crc32c_intel");
        assertThat(ModuleFile.isModule(Path.of("a/xfs.ko"))).isTrue();
        assertThat(ModuleFile.isModule(Path.of("a/xfs.ko.lz4"))).isFalse();
        assertThat(ModuleFile.isModule(Path.of("a/modules.dep"))).isFalse();
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

        ModuleInfo info = new ModuleFile(file).info();

        assertThat(info.name()).contains("libcrc32c");
        assertThat(info.depends()).containsExactly("nf_tables", "jbd2");
        assertThat(info.softDependencies()).containsExactly("crc32c", "blake2b_256", "other");
        assertThat(info.aliases()).containsExactly("crypto_crc32c");
        assertThat(NativeTools.run(folder, "/sbin/modinfo", "-F", "depends", "./libcrc32c.ko")
                        .out())
                .contains("nf-tables,jbd2");
    }

    @Test
    void aModuleWithoutDependenciesHasNone() throws IOException {
        Path file = TestModules.module(folder.resolve("a.ko"), "depends=", "license=GPL");

        assertThat(new ModuleFile(file).info().depends()).isEmpty();
        assertThat(new ModuleFile(file).info().softDependencies()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"xz, .xz", "zstd, .zst", "gzip, .gz"})
    void compressedModulesAreUnpacked(String program, String suffix) throws IOException {
        Path plain = TestModules.module(folder.resolve("a.ko"), "depends=b");
        byte[] bytes = Files.readAllBytes(plain);
        NativeTools.run(folder, program, "-q", "a.ko");

        ModuleFile module = new ModuleFile(folder.resolve("a.ko" + suffix));

        assertThat(module.bytes()).isEqualTo(bytes);
        assertThat(module.info().depends()).containsExactly("b");
    }

    @ParameterizedTest
    @CsvSource({"xz, .xz", "zstd, .zst", "gzip, .gz"})
    void aModuleCutShortIsRefused(String program, String suffix) throws IOException {
        TestModules.module(folder.resolve("a.ko"), "depends=b");
        NativeTools.run(folder, program, "-q", "a.ko");
        Path file = folder.resolve("a.ko" + suffix);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));

        assertThatThrownBy(() -> new ModuleFile(file).bytes())
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

        assertThatThrownBy(() -> new ModuleFile(file).info()).isInstanceOf(ProblemException.class);
    }
}
