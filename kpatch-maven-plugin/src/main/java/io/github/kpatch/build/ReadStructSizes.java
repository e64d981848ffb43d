package io.github.kpatch.build;

import io.github.kpatch.arch.Architectures;
import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import io.github.kpatch.special.EntryLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Stage {@code special-sections}: the sizes of the structures that the kernel's tables about code consist of. They differ
 * between kernels of one version and stand nowhere but in the kernel's own type information.
 */
public final class ReadStructSizes {
    private ReadStructSizes() {}

    /** Tells the sizes of the project's kernel, which were read when its vmlinux was first seen. */
    public static Map<String, Integer> run(BuildContext context) {
        PreparedKernel kernel = UnpackKernel.result(context, Stage.SPECIAL_SECTIONS);
        StructSizes sizes = StructSizes.of(kernel.target().structSizes());
        context.steps()
                .run(new Step<>(
                        Stage.SPECIAL_SECTIONS,
                        List.of(kernel.digest()),
                        Sizes.class,
                        any -> true,
                        folder -> new Sizes(sizes.asMap()),
                        result -> "Structure sizes of the kernel: " + sizes));
        return sizes.asMap();
    }

    private record Sizes(Map<String, Integer> sizes) {}

    /**
     * Reads the sizes from any vmlinux, and tells what it cost.
     *
     * @param origin where to read them from; empty for BTF where the file has it, else DWARF
     * @throws ProblemException KP209, KP210, KP212, KP216
     */
    public static StructSizes of(Path vmlinux, Optional<StructSizes.Origin> origin, Console console) {
        long start = System.nanoTime();
        try (ByteSource source = ByteSource.open(vmlinux)) {
            ElfFile file = ElfFile.open(source);
            StructSizes sizes = origin.isPresent() ? StructSizes.read(file, wanted(file), origin.get()) : in(file);
            console.info(sizes.toString());
            console.info(String.format(
                    Locale.ROOT,
                    "Read %.1f of %.1f MiB of %s in %s",
                    source.bytesRead() / 1048576.0,
                    source.size() / 1048576.0,
                    vmlinux,
                    Steps.seconds(start)));
            return sizes;
        } catch (IOException e) {
            throw ProblemException.input(
                    Problem.of(ProblemCode.INPUT_MISSING, vmlinux.toString(), "The file cannot be read (" + e + ")."),
                    e);
        }
    }

    /** The sizes that a kernel's type information has of what its architecture's tables consist of. */
    public static StructSizes in(ElfFile vmlinux) {
        return StructSizes.read(vmlinux, wanted(vmlinux));
    }

    /** Looking for a structure that an architecture does not have means reading all of the debug information. */
    private static SortedSet<String> wanted(ElfFile vmlinux) {
        SortedSet<String> wanted = new TreeSet<>();
        Architectures.of(vmlinux.header().machine())
                .ifPresentOrElse(
                        architecture -> architecture.specialSections().forEach(section -> {
                            if (section.entries() instanceof EntryLayout.Struct struct) {
                                wanted.add(struct.structure());
                            } else if (section.entries() instanceof EntryLayout.Paired paired) {
                                wanted.add(paired.structure());
                            }
                        }),
                        () -> wanted.addAll(StructSizes.KNOWN));
        wanted.retainAll(StructSizes.KNOWN);
        return wanted;
    }
}
