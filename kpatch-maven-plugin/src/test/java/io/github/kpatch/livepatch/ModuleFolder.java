package io.github.kpatch.livepatch;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.Architectures;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.RelocationType;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.intermediate.ArchSection;
import io.github.kpatch.intermediate.Callback;
import io.github.kpatch.intermediate.IntermediateTables;
import io.github.kpatch.intermediate.IntermediateWriter;
import io.github.kpatch.intermediate.KlpRelocation;
import io.github.kpatch.intermediate.KlpSymbol;
import io.github.kpatch.intermediate.PatchedFunction;
import io.github.kpatch.kernel.CveId;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Makes patch units from C and links a module of them as kbuild would, with the host's gcc and stand-in headers. */
public final class ModuleFolder {
    public static final Architecture X86 = Architectures.ALL.get(0);
    static final RelocationType ABS64 = X86.absolute64();
    static final RelocationType ABS32S = new RelocationType(11);
    public static final LivepatchInterface MODERN = new LivepatchInterface(false, true);

    private static final List<String> HEADERS = List.of(
            "compiler",
            "errno",
            "init",
            "kernel",
            "livepatch",
            "module",
            "printk",
            "static_call",
            "string",
            "syscalls");

    private final Path folder;

    /** @param folder where everything is made */
    public ModuleFolder(Path folder) {
        this.folder = folder;
        for (String header : HEADERS) {
            copy("include/linux/" + header + ".h");
        }
        copy("core.c");
    }

    private void copy(String resource) {
        try (InputStream stream = ModuleFolder.class.getResourceAsStream(resource)) {
            Path target = folder.resolve(resource);
            Files.createDirectories(target.getParent());
            Files.copy(stream, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A description with a text of one's own. */
    public static ModuleDescription description(String text, boolean replace) {
        return new ModuleDescription(
                "kpatch-test",
                "1.2",
                text,
                "A. U. Thor",
                replace,
                List.of(new PatchSource("0001-one.patch", "0a"), new PatchSource("0002-two.patch", "0b")),
                List.of("struct one"),
                List.of(new CveId("CVE-2026-12345")));
    }

    /**
     * A unit that replaces {@code function}, which returns {@code value}, and refers to the klp symbol {@code hidden} of
     * {@code owner} at its data {@code pointer_<function>}.
     */
    PatchUnit unit(String function, int value, String parent, String owner, boolean callbacks) {
        String source = String.format(
                "int %1$s(void) { return %2$d; }%nunsigned int pointer_%1$s[2] = { 0, 1 };%n", function, value);
        if (callbacks) {
            source += """
                    static int hook(void *o) { return -7; }
                    static void undo(void *o) { }
                    static struct { int (*f)(void *); char *name; } pre
                        __attribute__((used, section(".kpatch.callbacks.pre_patch"))) = { hook, 0 };
                    static struct { void (*f)(void *); char *name; } post
                        __attribute__((used, section(".kpatch.callbacks.post_unpatch"))) = { undo, 0 };
                    """;
        }
        Path file = NativeTools.compile(folder, "unit-" + function, source, "-ffunction-sections", "-fdata-sections");
        ElfObject object = ElfReader.read(function, NativeTools.bytes(file));
        SectionId pointer = object.sectionNamed(".data.pointer_" + function).orElseThrow();
        List<Callback> hooks = new ArrayList<>();
        for (String kind : List.of("pre_patch", "post_unpatch")) {
            object.sectionNamed(".kpatch.callbacks." + kind).ifPresent(id -> hooks.add(new Callback(id, 0, parent)));
        }
        IntermediateTables tables = new IntermediateTables(
                List.of(new PatchedFunction(
                        object.symbolsNamed(function).get(0), 6, 0x1000, 6, value, function, parent)),
                List.of(new KlpSymbol("hidden", owner, 0, 2, SymbolBinding.LOCAL, SymbolType.OBJECT)),
                List.of(new KlpRelocation(pointer, 0, ABS32S, false, 5, parent, 0)),
                List.of(),
                hooks);
        return new PatchUnit("fs/" + function + ".o", IntermediateWriter.add(object, tables, parent, ABS64));
    }

    /** A unit that replaces nothing, but has a new function's data refer to the klp symbol {@code hidden} of {@code parent}. */
    PatchUnit unitThatWaits(String name, String parent) {
        Path file = NativeTools.compile(
                folder,
                "unit-" + name,
                "unsigned int pointer[2] = { 0, 1 };\n",
                "-ffunction-sections",
                "-fdata-sections");
        ElfObject object = ElfReader.read(name, NativeTools.bytes(file));
        SectionId pointer = object.sectionNamed(".data.pointer").orElseThrow();
        IntermediateTables tables = new IntermediateTables(
                List.of(),
                List.of(new KlpSymbol("hidden", parent, 0, 2, SymbolBinding.LOCAL, SymbolType.OBJECT)),
                List.of(new KlpRelocation(pointer, 0, ABS32S, false, 5, parent, 0)),
                List.of(),
                List.of());
        return new PatchUnit("fs/" + name + ".o", IntermediateWriter.add(object, tables, parent, ABS64));
    }

    /**
     * A unit of any source.
     *
     * @param replaced functions that take the place of the parent's
     * @param waiting functions whose code refers to the klp symbol {@code hidden} of the parent at their beginning
     */
    PatchUnit unitOf(String name, String parent, String source, List<String> replaced, List<String> waiting) {
        Path file = NativeTools.compile(folder, "unit-" + name, source, "-ffunction-sections", "-fdata-sections");
        ElfObject object = ElfReader.read(name, NativeTools.bytes(file));
        KlpSymbol hidden = new KlpSymbol("hidden", parent, 0, 0, SymbolBinding.GLOBAL, SymbolType.FUNC);
        IntermediateTables tables = new IntermediateTables(
                replaced.stream()
                        .map(function -> new PatchedFunction(
                                object.symbolsNamed(function).get(0), 6, 0x1000, 6, 0, function, parent))
                        .toList(),
                Collections.nCopies(waiting.size(), hidden),
                IntStream.range(0, waiting.size())
                        .mapToObj(index -> new KlpRelocation(
                                object.sectionNamed(".text." + waiting.get(index))
                                        .orElseThrow(),
                                0,
                                ABS32S,
                                false,
                                0,
                                parent,
                                index))
                        .toList(),
                List.of(),
                List.of());
        return new PatchUnit("fs/" + name + ".o", IntermediateWriter.add(object, tables, parent, ABS64));
    }

    /** A unit with a paravirt site and an alternative, as kernels before 5.8 want them listed. */
    PatchUnit unitWithArchSections(String function, String parent) {
        Path file = NativeTools.compile(
                folder, "arch-" + function, String.format("""
                int %1$s(void) {
                    asm volatile("1: nop\\n.pushsection .parainstructions, \\"a\\"\\n.balign 8\\n.quad 1b\\n.byte 1, 1\\n"
                        ".popsection\\n.pushsection .altinstructions, \\"a\\"\\n.long 1b - ., 0, 0\\n.popsection");
                    return 5;
                }
                """, function), "-ffunction-sections", "-fdata-sections");
        ElfObject object = ElfReader.read(function, NativeTools.bytes(file));
        IntermediateTables tables = new IntermediateTables(
                List.of(new PatchedFunction(object.symbolsNamed(function).get(0), 6, 0x1000, 6, 0, function, parent)),
                List.of(),
                List.of(),
                List.of(
                        new ArchSection(object.sectionNamed(".parainstructions").orElseThrow(), parent),
                        new ArchSection(object.sectionNamed(".altinstructions").orElseThrow(), parent)),
                List.of());
        return new PatchUnit("fs/" + function + ".o", IntermediateWriter.add(object, tables, parent, ABS64));
    }

    /** Writes the module's files, compiles its source and links it with its own linker script to {@code linked.o}. */
    public Path link(ModuleDescription description, LivepatchInterface api, List<PatchUnit> units) {
        return link(description, api, units, List.of());
    }

    /** The same with options for the linker, all the way to {@code linked.ko}. */
    Path linkTwice(List<PatchUnit> units, List<String> linkerOptions) {
        link(description("x", true), MODERN, units, linkerOptions);
        List<String> link = new ArrayList<>(List.of("ld", "-r"));
        link.addAll(linkerOptions);
        link.addAll(List.of("-o", "linked.ko", "linked.o"));
        NativeTools.run(folder, link.toArray(String[]::new));
        return folder.resolve("linked.ko");
    }

    private Path link(
            ModuleDescription description, LivepatchInterface api, List<PatchUnit> units, List<String> linkerOptions) {
        Map<String, Bytes> files = ModuleSource.files(description, api, units, X86, linkerOptions);
        try {
            for (Map.Entry<String, Bytes> file : files.entrySet()) {
                Path path = folder.resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.write(path, file.getValue().toArray());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> compile = new ArrayList<>(List.of("gcc", "-O2", "-fno-pie", "-mcmodel=kernel", "-c"));
        compile.addAll(List.of(
                "-fno-asynchronous-unwind-tables", "-ffunction-sections", "-fdata-sections", "-Wall", "-Werror"));
        compile.addAll(List.of("-Iinclude", "-DKBUILD_MODNAME=\"test\"", "-o", "kpatch.module.o", "kpatch.module.c"));
        if (api.registers()) {
            compile.add(1, "-DREGISTERS");
        }
        NativeTools.run(folder, compile.toArray(String[]::new));
        String flags = new String(files.get("Kbuild").toArray(), StandardCharsets.US_ASCII)
                .lines()
                .filter(line -> line.startsWith("ldflags-y += "))
                .map(line -> line.substring("ldflags-y += ".length()).replace("$(src)/", ""))
                .findFirst()
                .orElseThrow();
        List<String> link = new ArrayList<>(List.of("ld", "-r"));
        link.addAll(List.of(flags.split(" ", -1)));
        link.addAll(List.of("-o", "linked.o", "kpatch.module.o"));
        units.forEach(unit -> link.add("objects/" + unit.path()));
        NativeTools.run(folder, link.toArray(String[]::new));
        return folder.resolve("linked.o");
    }
}
