package io.github.kpatch.diff;

import io.github.kpatch.arch.Architectures;
import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.kernel.TableSetup;
import io.github.kpatch.kernelimage.LinkedObject;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Counts, over objects built from a kernel's own source with a section for each function, how many of their local symbols
 * {@link LocateInImage} finds where the table with FILE symbols has them. Not a test: the objects of a whole kernel take
 * an hour to build.
 *
 * <p>Arguments: the boot image, the text of {@code readelf -sW} of its vmlinux with FILE symbols, a file that names an
 * object a line.
 */
final class NamesakeCount {
    private final DiffTarget byFiles;
    private final DiffTarget byImage;
    private final Map<String, Integer> counts = new TreeMap<>();

    private NamesakeCount(LinkedObject kernel, ParentSymbols symbols) {
        this.byFiles = new DiffTarget(
                KernelObject.VMLINUX,
                symbols,
                ModuleSymvers.NONE,
                StructSizes.of(Map.of()),
                TableSetup.BY_LOADER,
                Optional.empty());
        this.byImage = new DiffTarget(
                KernelObject.VMLINUX,
                kernel,
                ModuleSymvers.NONE,
                StructSizes.of(Map.of()),
                TableSetup.BY_LOADER,
                Optional.empty());
    }

    /** Prints the counts, and each wrong answer. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws IOException {
        Path image = Path.of(arguments[0]);
        NamesakeCount count = new NamesakeCount(
                LinkedObject.read(image.toString(), Files.readAllBytes(image)),
                ParentSymbols.ofText(arguments[1], Files.readAllBytes(Path.of(arguments[1]))));
        for (String object : Files.readAllLines(Path.of(arguments[2]))) {
            count.add(object);
        }
        count.counts.forEach((what, number) -> System.out.println(number + "\t" + what));
    }

    private void add(String file) throws IOException {
        ElfObject elf = ElfReader.read(file, Files.readAllBytes(Path.of(file)));
        Bundles bundles = BundleSymbols.in(file, Architectures.of(62).orElseThrow(), elf);
        Unit unit = new Unit(
                file,
                Architectures.of(62).orElseThrow(),
                elf,
                bundles,
                FindChildFunctions.in(file, elf, bundles),
                Set.of());
        ParentPlaces right;
        ParentPlaces found;
        try {
            right = LocateInParent.of(unit, byFiles);
            found = LocateInParent.of(unit, byImage);
        } catch (ProblemException refused) {
            note("objects refused: " + refused.problems().get(0).code());
            return;
        }
        note("objects");
        elf.symbolIds().stream()
                .filter(id -> elf.symbol(id).isLocal() && unit.home(id).isPresent())
                .filter(id -> elf.symbol(id).isFunction() || elf.symbol(id).isObject())
                .forEach(id -> compare(file, elf.symbol(id), id, right, found));
    }

    private void compare(String file, Symbol symbol, SymbolId id, ParentPlaces right, ParentPlaces found) {
        List<ParentSymbols.Entry> expected = right.localsNamed(id, symbol.name());
        ParentSymbols all = byImage.symbols();
        int named = all.localsNamed(symbol.name()).size()
                + all.globalsNamed(symbol.name()).size();
        if (expected.isEmpty() || named == 0) {
            return;
        }
        String what = (symbol.isFunction() ? "functions" : "variables") + (named > 1 ? " with namesakes: " : ": ");
        try {
            List<ParentSymbols.Entry> answer = found.localsNamed(id, symbol.name());
            boolean same = answer.size() == 1
                    && expected.size() == 1
                    && answer.get(0).value() == expected.get(0).value();
            note(what + (same ? "right" : "WRONG " + file + " " + symbol.name()));
        } catch (ProblemException undecided) {
            note(what + "refused");
        }
    }

    private void note(String what) {
        counts.merge(what, 1, Integer::sum);
    }
}
