package io.github.kpatch.source;

import io.github.kpatch.host.TestArchives;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A kernel of a few files that is made in a second: a source with kbuild's goals, and a vmlinux that says who it is. */
final class ToyKernel {
    static final String RELEASE = "6.1.0-7-amd64";

    private final Path folder;
    private final Map<String, String> files = new TreeMap<>();
    private String config = """
            CONFIG_X86_64=y
            CONFIG_LIVEPATCH=y
            CONFIG_MODULES=y
            CONFIG_KALLSYMS_ALL=y
            CONFIG_DYNAMIC_FTRACE_WITH_ARGS=y
            CONFIG_UNWINDER_ORC=y
            CONFIG_BUILD_SALT="of the builder"
            """;
    private String banner = "Linux version " + RELEASE + " (a@b) (gcc) #1 SMP Debian 6.1.10-2 (2026-01-02)";

    ToyKernel(Path folder) {
        this.folder = folder;
        config += "CONFIG_CC_VERSION_TEXT=\"" + gccVersion() + "\"\n";
        files.put("Makefile", """
                VERSION = 6
                PATCHLEVEL = 1
                SUBLEVEL = 10
                olddefconfig:
                \tsed -i -e 's/of the builder//' $(SED) .config
                prepare:
                \tmkdir -p include/generated
                \techo '#define UTS_RELEASE "$(KERNELRELEASE)"' > include/generated/utsrelease.h
                \techo "$(CC) $(KCFLAGS), $(KAFLAGS) $$KBUILD_BUILD_TIMESTAMP" > include/generated/flags
                modules_prepare:
                \t$(FAIL) cp stale.o included.o 2>/dev/null || true
                mrproper:
                \trm -rf include/generated include/config .config made-by-hand
                """);
        files.put("Kconfig", "mainmenu \"Toy\"\n");
        files.put("kernel/a.c", "int a;\n");
        files.put("scripts/run.sh", "#!/bin/sh\n");
    }

    static String gccVersion() {
        return NativeTools.run(Path.of("/"), "gcc", "--version")
                .out()
                .lines()
                .findFirst()
                .orElseThrow();
    }

    ToyKernel config(String more) {
        config += more;
        return this;
    }

    ToyKernel without(String option) {
        config = config.replaceAll("(?m)^" + option + "=.*\n", "");
        return this;
    }

    ToyKernel banner(String text) {
        banner = text;
        return this;
    }

    ToyKernel replaceInMakefile(String from, String to) {
        files.computeIfPresent("Makefile", (name, text) -> text.replace(from, to));
        return this;
    }

    private TestArchives archive() {
        TestArchives archive = new TestArchives().folder("linux-6.1");
        files.forEach((name, text) -> archive.file(
                "linux-6.1/" + name, text.getBytes(StandardCharsets.UTF_8), name.endsWith(".sh") ? 0100755 : 0100644));
        return archive;
    }

    Path sourceArchive() {
        return archive().write(folder.resolve("linux-6.1.tar"), TestArchives.Form.GZIP);
    }

    /** The source as Debian ships it: an archive in a package. */
    Path sourcePackage(Path file, String version) {
        try {
            Path archive = archive().write(folder.resolve("inner.tar.xz"), TestArchives.Form.XZ_BLOCKS);
            return new TestArchives()
                    .folder("./usr/src")
                    .file("./usr/src/linux-source-6.1.tar.xz", Files.readAllBytes(archive), 0100644)
                    .writeDebianPackage(file, "linux-source-6.1", version);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path sourceFolder() {
        Path tree = folder.resolve("given-tree");
        files.forEach((name, text) -> write(tree.resolve(name), text));
        return tree;
    }

    Path configFile() {
        return write(folder.resolve("config"), config);
    }

    Path symvers() {
        return write(folder.resolve("Module.symvers"), "0x12345678\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n");
    }

    Path vmlinux() {
        NativeTools.compile(
                folder,
                "version",
                "struct alt_instr { int a, b, c; } alt;\n"
                        + "struct orc_entry { short a, b, c; } orc;\n"
                        + "struct exception_table_entry { int a, b, c; } ex;\n"
                        + "const char linux_banner[] = \"" + banner + "\\n\";\n"
                        + "void _start(void) { }\n",
                "-g");
        NativeTools.run(folder, "ld", "-o", "vmlinux", "version.o");
        return folder.resolve("vmlinux");
    }

    /** A folder with one module. */
    Path modules() {
        Path object = NativeTools.compile(folder, "module_file", "int in_module;\n");
        Path module = folder.resolve("modules/kernel/fs/my-module.ko");
        try {
            Files.createDirectories(module.getParent());
            Files.copy(object, module, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder.resolve("modules");
    }

    /** All pieces, with the source as an archive. */
    GivenPieces pieces() {
        return pieces(sourceArchive());
    }

    GivenPieces pieces(Path source) {
        return new GivenPieces(
                Optional.empty(),
                Optional.of(source),
                Optional.of(configFile()),
                Optional.of(vmlinux()),
                Optional.of(symvers()),
                Optional.of(modules()),
                Optional.empty(),
                Optional.empty());
    }

    static Path write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
