package io.github.kpatch.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order that insmod needs, from a package's bare files and from depmod's index. */
class LoadOrderTest {
    @TempDir
    private Path folder;

    private static List<String> names(List<LoadOrder.Step> steps) {
        return steps.stream()
                .map(step -> step.file().module() + (step.needed() ? "" : "?"))
                .toList();
    }

    private List<LoadOrder.Step> steps(String... targets) throws IOException {
        return LoadOrder.of(
                ModuleFolder.open(List.of(folder)),
                Stream.of(targets).map(KernelObject::named).toList());
    }

    private List<String> order(String... targets) throws IOException {
        return names(steps(targets));
    }

    @Test
    void everyModuleComesOnceAndAfterThoseItUses() throws IOException {
        TestModules.module(folder.resolve("kernel/top.ko"), "depends=left,right");
        TestModules.module(folder.resolve("kernel/left.ko"), "depends=base-lib");
        TestModules.module(folder.resolve("kernel/right.ko"), "depends=base-lib");
        TestModules.module(folder.resolve("kernel/lib/base_lib.ko"), "depends=");
        TestModules.module(folder.resolve("kernel/unrelated.ko"), "depends=");

        assertThat(order("top")).containsExactly("base_lib", "left", "right", "top");
        assertThat(order("right", "left")).containsExactly("base_lib", "left", "right");
    }

    @Test
    void modulesThatUseEachOtherEnd() throws IOException {
        TestModules.module(folder.resolve("a.ko"), "depends=b");
        TestModules.module(folder.resolve("b.ko"), "depends=a");

        assertThat(order("a")).containsExactly("b", "a");
    }

    @Test
    void softDependenciesAreFoundByAliasAndMayFail() throws IOException {
        TestModules.module(folder.resolve("xfs.ko"), "depends=libcrc32c");
        TestModules.module(folder.resolve("libcrc32c.ko"), "softdep=pre: crc32c absent");
        TestModules.module(folder.resolve("crc32c_generic.ko"), "alias=crc32c", "alias=crypto-crc32c");
        TestModules.module(folder.resolve("crc32c-intel.ko"), "alias=crc32c", "depends=helper");
        TestModules.module(folder.resolve("helper.ko"), "depends=");
        TestModules.module(folder.resolve("not_crc32c.ko"), "alias=something");

        assertThat(order("xfs")).containsExactly("crc32c_generic?", "helper?", "crc32c_intel?", "libcrc32c", "xfs");
    }

    @Test
    void anAlgorithmIsFoundByItsCryptoAlias() throws IOException {
        TestModules.module(folder.resolve("ext4.ko"), "softdep=pre: crypto-crc32c");
        TestModules.module(folder.resolve("crc32c_generic.ko"), "alias=crc32c", "alias=crypto-crc32c");
        Files.writeString(folder.resolve("unrelated.ko"), "no ELF: nobody must have to look inside");

        assertThat(order("ext4")).containsExactly("crc32c_generic?", "ext4");
    }

    @Test
    void anAliasIsFoundWhereNoFileNameLooksLikeIt() throws IOException {
        TestModules.module(folder.resolve("btrfs.ko"), "softdep=pre: sum-64");
        TestModules.module(folder.resolve("hash_generic.ko"), "alias=sum_64");

        assertThat(order("btrfs")).containsExactly("hash_generic?", "btrfs");
    }

    @Test
    void depmodsIndexDecidesWhereThereIsOne() throws IOException {
        TestModules.module(folder.resolve("kernel/a.ko"), "depends=ignored");
        TestModules.module(folder.resolve("extra/a.ko"), "depends=ignored");
        TestModules.module(folder.resolve("kernel/b-c.ko"), "depends=");
        Files.writeString(folder.resolve("modules.dep"), "extra/a.ko: kernel/b-c.ko\nkernel/b-c.ko:\n");

        List<LoadOrder.Step> steps = steps("a");

        assertThat(steps)
                .extracting(step -> folder.relativize(step.file().path()).toString())
                .containsExactly("kernel/b-c.ko", "extra/a.ko");
    }

    @Test
    void anUpdateWinsWhereThereIsNoIndex() throws IOException {
        TestModules.module(folder.resolve("kernel/a.ko"), "depends=");
        TestModules.module(folder.resolve("updates/a.ko"), "depends=");

        assertThat(steps("a"))
                .singleElement()
                .matches(step -> step.file().path().equals(folder.resolve("updates/a.ko")));
    }

    @Test
    void aMissingDependencyIsNamedWithTheModuleThatNeedsIt() throws IOException {
        TestModules.module(folder.resolve("a.ko"), "depends=gone");

        assertThatThrownBy(() -> order("a"))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problems()).singleElement().satisfies(problem -> {
                            assertThat(problem.code()).isEqualTo(ProblemCode.INPUT_MISSING);
                            assertThat(problem.what()).contains("gone", "needed by a");
                        }));
    }

    @Test
    void aFolderThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> ModuleFolder.open(List.of(folder.resolve("no"))))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problems())
                                .singleElement()
                                .matches(problem -> problem.code() == ProblemCode.INPUT_MISSING));
    }
}
