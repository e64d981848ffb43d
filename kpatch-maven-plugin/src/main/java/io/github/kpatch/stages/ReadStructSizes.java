package io.github.kpatch.stages;

import io.github.kpatch.arch.TableStructures;
import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.host.Console;
import io.github.kpatch.host.WallTime;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Stage {@code special-sections}: the sizes of the structures that the kernel's tables about code consist of. They differ
 * between kernels of one version and stand nowhere but in the kernel's own type information.
 */
public final class ReadStructSizes {
    private ReadStructSizes() {}

    /** Tells the sizes of the project's kernel, which were read when its vmlinux was first seen. */
    public static Map<String, Integer> run(PreparedKernel kernel, BuildContext context) {
        StructSizes sizes = StructSizes.of(kernel.target().structSizes());
        context.steps()
                .run(new Step<>(
                        Stage.SPECIAL_SECTIONS,
                        Map.of(Stage.UNPACK, kernel),
                        List.of(),
                        Sizes.class,
                        folder -> new Sizes(sizes.asMap()),
                        result -> "Structure sizes of the kernel: " + sizes));
        return sizes.asMap();
    }

    private record Sizes(Map<String, Integer> sizes) {}

    /**
     * Reads the sizes from any vmlinux, and tells what it cost.
     *
     * @param from {@code btf} or {@code dwarf}; empty for BTF where the file has it, else DWARF
     * @throws ProblemException KP106, KP209, KP210, KP212, KP216
     */
    public static StructSizes of(Path vmlinux, Optional<String> from, Console console) {
        Optional<StructSizes.Origin> origin = from.map(ReadStructSizes::origin);
        long start = System.nanoTime();
        try (ByteSource source = ByteSource.open(vmlinux)) {
            ElfFile file = ElfFile.open(source);
            StructSizes sizes = origin.isPresent()
                    ? StructSizes.read(file, TableStructures.of(file), origin.get())
                    : TableStructures.sizesIn(file);
            console.info(sizes.toString());
            console.info(String.format(
                    Locale.ROOT,
                    "Read %.1f of %.1f MiB of %s in %s",
                    source.bytesRead() / 1048576.0,
                    source.size() / 1048576.0,
                    vmlinux,
                    WallTime.since(start)));
            return sizes;
        } catch (IOException e) {
            throw ProblemException.input(
                    Problem.of(ProblemCode.INPUT_MISSING, vmlinux.toString(), "The file cannot be read (" + e + ")."),
                    e);
        }
    }

    private static StructSizes.Origin origin(String name) {
        return Arrays.stream(StructSizes.Origin.values())
                .filter(origin -> origin.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> ProblemException.input(
                        ProblemCode.PARAMETER_INVALID,
                        "kpatch.structSizesFrom",
                        "It is " + name + ", and must be btf or dwarf."));
    }
}
