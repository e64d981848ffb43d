package io.github.kpatch.stages;

import io.github.kpatch.host.Digests;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.source.Compiler;
import io.github.kpatch.source.FolderContents;
import io.github.kpatch.source.KernelLock;
import io.github.kpatch.source.LaidOver;
import io.github.kpatch.source.PreparedKernel;
import io.github.kpatch.source.TargetKernel;
import io.github.kpatch.source.Toolchain;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A prepared tree of four source files whose Makefile does what the stages rely on: it makes single objects with a record
 * of the command and of export versions beside each, and would write into the tree if it ever made {@code prepare}.
 */
final class PreparedToyKernel {
    private static final String MAKEFILE = """
            build-dirs := fs drivers/toy
            flags = $(shell sed -n 's/^CFLAGS_$(notdir $(1)) := //p' $(dir $(1))Makefile)
            FLAGS := -Iinclude -O2 -ffreestanding -fno-pic -mcmodel=kernel -fno-asynchronous-unwind-tables -fcf-protection=none \\
                -pg -mfentry -ffunction-sections -fdata-sections $(KCFLAGS)
            module = $(if $(filter drivers/%,$(1)),-DMODULE )-DKBUILD_MODNAME='"$(if $(filter drivers/%,$(1)),toy,$(basename $(notdir $(1))))"'

            .PHONY: prepare
            prepare:
            	echo prepared >> include/prepared

            # Like kbuild, commands name the folder, and nobody quotes it.
            %.o: %.c prepare
            	@echo '  CC      $@'
            	cd $(CURDIR) && gcc $(FLAGS) $(call flags,$@) $(call module,$@) -c -o $@ $<
            	$(file >$(dir $@).$(notdir $@).cmd,cmd_$@ := gcc $(FLAGS) $(call module,$@) -c -o $@ $<)
            	if grep -q 'EXPORTED' $<; then \\
            	  printf '#SYMVER toy_export 0x%08x\\n' $$(grep 'EXPORTED' $< | grep -o int | wc -l); \\
            	fi >> $(dir $@).$(notdir $@).cmd

            %.i: %.c prepare
            	@echo '  CPP     $@'
            	cd $(CURDIR) && gcc $(FLAGS) $(call flags,$@) $(call module,$@) -E -o $@ $<
            """;

    /** What kbuild's own makefile for a folder knows when it has read the folder's. */
    private static final String FOLDER_MAKEFILE = """
            real-obj-y := $(if $(filter fs,$(obj)),$(addprefix fs/,one.o two.o inlining.o including.o))
            obj-m := $(if $(filter drivers/toy,$(obj)),drivers/toy/toy.o)
            toy-y := main.o
            """;

    private static final String READING_MAKEFILE = """
            include $(obj)/Makefile
            real-obj-y := $(addprefix $(obj)/,$(filter %.o,$(obj-y)) $(patsubst %/,%/built-in.a,$(filter %/,$(obj-y))))
            subdir-ym := $(addprefix $(obj)/,$(patsubst %/,%,$(filter %/,$(obj-y) $(obj-m))))
            real-obj-m := $(addprefix $(obj)/,$(foreach m,$(filter %.o,$(obj-m)),$(or $($(m:.o=-y)),$(m))))
            override obj-m := $(addprefix $(obj)/,$(filter %.o,$(obj-m)))
            """;

    private final Path tree;
    private final PreparedKernel prepared;

    PreparedToyKernel(Path folder) throws IOException {
        tree = folder.resolve("tree");
        file("Makefile", MAKEFILE);
        file("include/config", "y\n");
        file("fs/Makefile", "obj-y += one.o two.o\nobj-$(CONFIG_UNUSED) += unused.o\n");
        file("fs/one.c", "int one_value = 1;\nint one(int a)\n{\n\treturn a + one_value;\n}\n");
        file("fs/two.c", "int toy_export(int a) /* EXPORTED */\n{\n\treturn a * 2;\n}\n");
        file("fs/unused.c", "int unused(int a)\n{\n\treturn a - 1;\n}\n");
        file("drivers/toy/main.c", "int toy_main(int a)\n{\n\treturn a ^ 5;\n}\n");
        file("include/toy.h", "static inline int toy_inline(int a)\n{\n\treturn a + 1;\n}\n");
        file("fs/inlining.c", "#include <toy.h>\nint inlining(int a)\n{\n\treturn toy_inline(a) * 3;\n}\n");
        file("fs/including.c", "#include <toy.h>\nint including(int a)\n{\n\treturn a * 5;\n}\n");
        Path facts = folder.resolve("facts");
        Path symbols = Files.createDirectories(facts.resolve("symbols"));
        link(folder, symbols);
        Files.writeString(
                facts.resolve("Module.symvers"),
                "0x00000002\ttoy_export\tvmlinux\tEXPORT_SYMBOL\t\n0x00000000\t__fentry__\tvmlinux\tEXPORT_SYMBOL\t\n");
        Path config = Files.writeString(facts.resolve("config"), "CONFIG_LIVEPATCH=y\n");
        prepared = new PreparedKernel(
                target(facts),
                Digests.of(List.of("toy")),
                tree,
                List.of("KCFLAGS=-g0"),
                Map.of("KBUILD_BUILD_USER", "kpatch"),
                new KernelLock("6.1.0-toy", "6.1", "0", "gcc", Digests.of(config)),
                new Toolchain(List.of(), new Compiler("gcc", Path.of("/usr/bin/gcc"), "gcc", "GCC")),
                Optional.empty());
    }

    /** The kernel whose facts a folder holds. */
    private static TargetKernel target(Path facts) {
        FolderContents contents = FolderContents.of(facts);
        contents.note(facts);
        return new TargetKernel(
                new KernelRelease("6.1.0-toy"),
                "Linux version 6.1.0-toy",
                List.of(),
                facts.resolve("config"),
                facts.resolve("Module.symvers"),
                facts.resolve("symbols"),
                Map.of("bug_entry", 12, "orc_entry", 6),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                contents.digest());
    }

    private void link(Path folder, Path symbols) throws IOException {
        table(folder, symbols, "vmlinux", "", "fs/one.c", "fs/two.c", "fs/inlining.c", "fs/including.c");
        table(folder, symbols, "toy", "", "drivers/toy/main.c");
    }

    /** The kernel of the source as it stands in the tree. */
    PreparedKernel linked() throws IOException {
        Path folder = tree.getParent();
        link(folder, prepared.target().symbolTables());
        return with(target(prepared.target().symvers().getParent()));
    }

    /** The makefile by which kbuild, asked for a folder, says what it makes. */
    void addFolderMakefile() throws IOException {
        file("scripts/Makefile.build", FOLDER_MAKEFILE);
    }

    /** The makefiles by which kbuild says what it makes of each folder, as its own Makefile has it. */
    void addMakefiles() throws IOException {
        file("scripts/Makefile.build", READING_MAKEFILE);
        file("arch/x86/include/generated/made.h", "");
        file("fs/Makefile", "obj-y += one.o two.o\nobj-y += inlining.o including.o\n");
        file("drivers/toy/Makefile", "obj-m := toy.o\ntoy-y := main.o\n");
    }

    /** Files of kconfig, with what stands for its program: it sets what has a default. */
    void addConfig() throws IOException {
        file("Kconfig", "source fs/Kconfig\n");
        file("fs/Kconfig", "CONFIG_LIVEPATCH=y\nCONFIG_SIZE=3\n");
        file(".config", "CONFIG_LIVEPATCH=y\nCONFIG_SIZE=3\n");
        file("scripts/kconfig/conf", """
                #!/bin/sh
                test "$1 $2" = "--olddefconfig Kconfig" || exit 1
                grep -v '^#' $(sed -n 's/^source //p' Kconfig) > $KCONFIG_CONFIG
                """);
        tree.resolve("scripts/kconfig/conf").toFile().setExecutable(true);
    }

    /** A list of offsets, as {@code prepare} makes it: here of how many lines a header has without directives. */
    void addOffsets() throws IOException {
        file("Makefile", MAKEFILE + """

                kernel/bounds.s: include/toy.h
                	printf '.ascii "->LINES %d"\\n' $$(grep -cv '^#' $<) > $@
                """);
        file("kernel/bounds.s", ".ascii \"->LINES 4\"\n");
        file(
                "kernel/.bounds.s.cmd",
                "cmd_kernel/bounds.s := printf\n\ndeps_kernel/bounds.s := \\\n  include/toy.h \\\n\n");
    }

    PreparedKernel prepared() {
        return prepared;
    }

    /** The same source and release with another symbol table: a file before the others has a function {@code one} too. */
    PreparedKernel withNamesake() throws IOException {
        Path folder = Files.createDirectories(tree.resolveSibling("namesake"));
        Path symbols = Files.createDirectories(folder.resolve("symbols"));
        NativeTools.compile(
                Files.createDirectories(folder.resolve("linked")),
                "zero",
                "static int one(int a)\n{\n\treturn a;\n}\nint (*zero)(int) = one;\n",
                "-ffreestanding");
        table(folder, symbols, "vmlinux", "zero.o ", "fs/one.c", "fs/two.c", "fs/inlining.c", "fs/including.c");
        Files.copy(prepared.target().config(), folder.resolve("config"));
        Files.copy(prepared.target().symvers(), folder.resolve("Module.symvers"));
        return with(target(folder));
    }

    /** The same with another {@code Module.symvers}. */
    PreparedKernel withExports(String symvers) throws IOException {
        Files.writeString(prepared.target().symvers(), symvers);
        return with(target(prepared.target().symvers().getParent()));
    }

    /** The same with modules of their own source in a folder of the tree. */
    PreparedKernel laidOver(String folder) {
        return with(prepared.target(), Optional.of(new LaidOver(folder, tree)));
    }

    private PreparedKernel with(TargetKernel target) {
        return with(target, prepared.laidOver());
    }

    private PreparedKernel with(TargetKernel target, Optional<LaidOver> laidOver) {
        return new PreparedKernel(
                target,
                prepared.digest(),
                prepared.tree(),
                prepared.makeVariables(),
                prepared.makeEnvironment(),
                prepared.lock(),
                prepared.toolchain(),
                laidOver);
    }

    Path tree() {
        return tree;
    }

    /** All files of the tree with their content's digest. */
    List<String> contents() {
        return Steps.contents(tree);
    }

    private void file(String path, String content) throws IOException {
        Files.createDirectories(tree.resolve(path).getParent());
        Files.writeString(tree.resolve(path), content);
    }

    /** The symbols of a kernel object that consists of the given sources, after objects that are there. */
    private void table(Path folder, Path symbols, String name, String before, String... sources) throws IOException {
        Path work = Files.createDirectories(folder.resolve("linked"));
        StringBuilder objects = new StringBuilder(before);
        for (String source : sources) {
            String base = Path.of(source).getFileName().toString().replace(".c", "");
            NativeTools.compile(
                    work,
                    base,
                    Files.readString(tree.resolve(source)),
                    "-ffreestanding",
                    "-I" + tree.resolve("include"));
            objects.append(base).append(".o ");
        }
        NativeTools.run(work, "sh", "-c", "ld -r -o " + name + " " + objects);
        String table =
                NativeTools.run(work, "readelf", "--symbols", "--wide", name).out();
        Files.writeString(symbols.resolve(name + ".symtab.zst"), table);
    }
}
