package io.github.kpatch.kbuild;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompiledSourcesTest {
    @TempDir
    private Path tree;

    @Test
    void aFileThatOthersIncludeIsCompiledWithThem() throws IOException {
        Files.createDirectories(tree.resolve("kernel/sched"));
        Files.writeString(tree.resolve("kernel/sched/rt.c"), "int rt;\n");
        Files.writeString(tree.resolve("kernel/sched/fair.c"), "/* \"rt.c\" */\n#include \"port.c\"\n");
        Files.writeString(tree.resolve("kernel/sched/policy.c"), "#include <linux/fs.h>\n # include \"rt.c\"\n");

        assertThat(CompiledSources.objectsOf(
                        tree, List.of("kernel/sched/rt.c", "kernel/sched/fair.c"), List::of, folder -> List.of()))
                .containsExactly("kernel/sched/fair.o", "kernel/sched/policy.o");
    }

    @Test
    void aFileThatAMakefileElsewhereListsIsCompiledThere() throws IOException {
        write("arch/x86/kvm/Makefile", "include $(srctree)/virt/kvm/Makefile.kvm\nobj-m += kvm.o\n");
        write("arch/x86/include/generated/empty.h", "");
        write("arch/arm64/kvm/Makefile", "kvm-y := ../../../virt/kvm/main.o\nobj-m += kvm.o\n");
        write("virt/Makefile", "obj-y += lib/\n");
        write("virt/kvm/Makefile.kvm", "KVM ?= ../../../virt/kvm\nkvm-y := $(KVM)/main.o\n");
        write("virt/kvm/main.c", "int main;\n");
        write("fs/xfs/Makefile", "xfs-y += $(addprefix libxfs/, btree.o)\nobj-m += xfs.o\n");
        write("fs/xfs/libxfs/btree.c", "int tree;\n");
        List<String> asked = new ArrayList<>();

        assertThat(CompiledSources.objectsOf(
                        tree,
                        List.of("virt/kvm/main.c", "fs/xfs/libxfs/btree.c"),
                        () -> CompiledSources.makefilesElsewhere(tree),
                        folder -> {
                            asked.add(folder);
                            return List.of("arch/x86/kvm/x86.o", "arch/x86/kvm/../../../virt/kvm/main.o");
                        }))
                .containsExactly("arch/x86/kvm/../../../virt/kvm/main.o", "fs/xfs/libxfs/btree.o");
        assertThat(asked).containsExactly("arch/x86/kvm");
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(tree.resolve(file).getParent());
        Files.writeString(tree.resolve(file), text);
    }
}
