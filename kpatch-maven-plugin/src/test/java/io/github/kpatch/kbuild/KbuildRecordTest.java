package io.github.kpatch.kbuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KbuildRecordTest {
    @Test
    void anObjectWithoutModuleBelongsToTheKernelItself() {
        KbuildRecord record = KbuildRecord.parse("""
                cmd_mm/slub.o := gcc-12 -O2 -DKBUILD_MODNAME='"slub"' -D__KBUILD_MODNAME=kmod_slub -c -o mm/slub.o mm/slub.c

                source_mm/slub.o := mm/slub.c

                #SYMVER kfree 0x037a0cba
                #SYMVER kmem_cache_alloc 0xf49dfa15
                """);

        assertThat(record.parent()).isEqualTo("vmlinux");
        assertThat(record.exportVersions())
                .containsExactly(Map.entry("kfree", 0x037a0cba), Map.entry("kmem_cache_alloc", 0xf49dfa15));
    }

    @Test
    void anObjectOfAModuleNamesIt() {
        KbuildRecord record =
                KbuildRecord.parse("savedcmd_fs/xfs/xfs_super.o := gcc -O2  -DMODULE  -DKBUILD_BASENAME='\"xfs_super\"'"
                        + " -DKBUILD_MODNAME='\"xfs\"' -c -o fs/xfs/xfs_super.o fs/xfs/xfs_super.c\n");

        assertThat(record.parent()).isEqualTo("xfs");
        assertThat(record.exportVersions()).isEmpty();
    }

    @Test
    void whatTheCompilerReadIsNoted() {
        KbuildRecord record = KbuildRecord.parse("""
                cmd_fs/a.o := gcc -DKBUILD_MODNAME='"a"' -c -o fs/a.o fs/a.c

                source_fs/a.o := fs/a.c

                deps_fs/a.o := \\
                    $(wildcard include/config/SMP) \\
                  include/linux/kconfig.h \\
                  fs/../fs/a.h \\

                fs/a.o: $(deps_fs/a.o)

                $(deps_fs/a.o):
                """);

        assertThat(record.compiledFrom()).containsExactlyInAnyOrder("fs/a.c", "include/linux/kconfig.h", "fs/a.h");
    }

    /** amdgpu's objects read two thousand headers, and a deep stack is not everybody's. */
    @Test
    void thereMayBeAnyNumberOfDependencies() throws InterruptedException {
        String text = "cmd_a.o := gcc -DKBUILD_MODNAME='\"a\"' -c -o a.o a.c\n\ndeps_a.o := \\\n"
                + IntStream.range(0, 50_000)
                        .mapToObj(number -> "  include/h" + number + ".h \\\n")
                        .collect(Collectors.joining())
                + "\na.o: $(deps_a.o)\n";
        Set<String> files = new HashSet<>();
        Thread narrow =
                new Thread(null, () -> files.addAll(KbuildRecord.parse(text).compiledFrom()), "narrow", 1 << 18);
        narrow.start();
        narrow.join();

        assertThat(files).hasSize(50_000);
    }

    @Test
    void assemblyIsNotToldItsModule() {
        KbuildRecord record = KbuildRecord.parse("cmd_a.o := gcc -D__ASSEMBLY__ -DMODULE -c -o a.o a.S\n");

        assertThat(record.assembly()).isTrue();
        assertThat(record.module()).isEmpty();
    }

    @Test
    void aMacroThatOnlyBeginsLikeModuleIsNotIt() {
        assertThat(KbuildRecord.parse("cmd_a.o := gcc -DMODULE_X -DKBUILD_MODNAME='\"a\"' a.c\n")
                        .parent())
                .isEqualTo("vmlinux");
    }

    @Test
    void aFileWithoutCommandIsNotKbuilds() {
        assertThatIllegalStateException().isThrownBy(() -> KbuildRecord.parse("deps_a.o := a.c\n"));
    }
}
